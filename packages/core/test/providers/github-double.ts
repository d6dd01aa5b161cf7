import { createHash, randomBytes } from 'node:crypto'
import { type Asked, type ProviderDouble, startDouble, type Told } from './provider-double.ts'

/** A GitHub account, as its API returns it. */
export interface GitHubUser {
  id: number
  login: string
  name: string | null
  emails: { email: string; primary: boolean; verified: boolean; visibility: string | null }[]
}

/** GitHub, as far as signing in requires it. */
export interface GitHubDouble extends ProviderDouble {
  /** The parameters that the browser of a user brings back who accepts the request in this URL. */
  allow(url: string, user: GitHubUser): URLSearchParams
}

interface Grant {
  user: GitHubUser
  redirectUri: string | null
  challenge: string | null
  scopes: string[]
}

/**
 * Written from docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps, /rest/users/users and /rest/users/emails: it checks
 * the documented rules, and reports errors like GitHub, with status 200.
 */
export async function startGitHub(client: { id: string; secret: string }): Promise<GitHubDouble> {
  const [codes, tokens] = [new Map<string, Grant>(), new Map<string, Grant>()]

  function exchange({ form, headers }: Asked): unknown {
    const grant = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    if (form.get('client_id') !== client.id || form.get('client_secret') !== client.secret)
      return { error: 'incorrect_client_credentials' }
    if (!grant) return { error: 'bad_verification_code' }
    if (form.get('redirect_uri') !== grant.redirectUri) return { error: 'redirect_uri_mismatch' }
    const verifier = form.get('code_verifier') ?? ''
    if (grant.challenge !== createHash('sha256').update(verifier).digest('base64url'))
      return { error: 'bad_verification_code' }
    if (!headers.accept?.includes('application/json')) return 'access_token=…'
    const token = `gho_${randomBytes(18).toString('hex')}`
    tokens.set(token, grant)
    return { access_token: token, token_type: 'bearer', scope: grant.scopes.join(',') }
  }

  function read({ url, headers }: Asked): Told {
    if (!headers['user-agent']) return { status: 403, body: { message: 'Request forbidden' } }
    const grant = tokens.get(/^Bearer (.+)$/.exec(headers.authorization ?? '')?.[1] ?? '')
    if (!grant) return { status: 401, body: { message: 'Bad credentials' } }
    const { emails, ...user } = grant.user
    if (url.pathname === '/user') return { body: user }
    if (url.pathname === '/user/emails' && grant.scopes.includes('user:email')) return { body: emails }
    return { status: 404, body: { message: 'Not Found' } }
  }

  const double = await startDouble((asked) => {
    if (asked.url.origin === 'https://api.github.com' && asked.method === 'GET') return read(asked)
    if (asked.url.href === 'https://github.com/login/oauth/access_token' && asked.method === 'POST')
      return { body: exchange(asked) }
    return { status: 404, body: { message: 'Not Found' } }
  })
  return {
    ...double,
    allow(url, user) {
      const { origin, pathname, searchParams } = new URL(url)
      if (`${origin}${pathname}` !== 'https://github.com/login/oauth/authorize')
        throw new Error(`no page at ${url}`)
      if (searchParams.get('client_id') !== client.id) throw new Error('no such client')
      const code = randomBytes(10).toString('hex')
      codes.set(code, {
        user,
        redirectUri: searchParams.get('redirect_uri'),
        challenge: searchParams.get('code_challenge'),
        scopes: (searchParams.get('scope') ?? '').split(' '),
      })
      return new URLSearchParams({ code, state: searchParams.get('state') ?? '' })
    },
  }
}
