import { fileURLToPath } from 'node:url'
import { type ServerProcess, startProcess } from './server-process.ts'

/** A real provider, in a separate process. */
export interface OidcServer extends ServerProcess {
  issuer: string
}

/** Starts one on a free port. `redirectUris` are URLs of apps in addition to that of the tests. */
export async function startOidcServer(redirectUris: readonly string[] = []): Promise<OidcServer> {
  const program = fileURLToPath(new URL('oidc-process.ts', import.meta.url))
  const started = await startProcess(
    {
      command: process.execPath,
      arguments: (port) => ['--conditions=@kith/source', program, String(port), ...redirectUris],
      isReady: async (port) => {
        const url = `http://127.0.0.1:${port}/.well-known/openid-configuration`
        return await fetch(url).then(
          ({ ok }) => ok,
          () => false,
        )
      },
    },
    {},
  )
  return { ...started, issuer: `http://127.0.0.1:${started.port}` }
}

/** What a browser brings back from the provider. */
export interface BroughtBack {
  url: URL
  /** The parameters of the URL, or of the form that the provider's page posts. */
  answer: URLSearchParams
}

/** Logs in with a provider, like a browser that starts at this URL. */
export async function logInAt(begin: string, login: string): Promise<BroughtBack> {
  const cookies = new Map<string, string>()
  let [next, body] = [new URL(begin), null as URLSearchParams | null]
  const { origin } = next
  for (let step = 0; step < 20; step++) {
    const response = await fetch(next, {
      method: body ? 'POST' : 'GET',
      body,
      redirect: 'manual',
      headers: { cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; ') },
    })
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? []
      cookies.set(name, value)
    }
    body = null
    const location = response.headers.get('location')
    const page = await response.text()
    if (location !== null) {
      next = new URL(location, next)
      if (next.origin !== origin) return { url: next, answer: next.searchParams }
      continue
    }
    const fields = hiddenFields(page)
    const action = /<form[^>]+action="([^"]+)"/.exec(page)?.[1]
    if (response.status !== 200 || action === undefined)
      throw new Error(`the provider returned ${response.status}: ${page.slice(0, 500)}`)
    const target = new URL(action, next)
    if (target.origin !== origin) return { url: target, answer: fields }
    next = target
    body = fields
    if (fields.get('prompt') === 'login') {
      body.set('login', login)
      body.set('password', 'any')
    }
  }
  throw new Error('the provider sends in a circle')
}

function hiddenFields(page: string): URLSearchParams {
  const fields = new URLSearchParams()
  for (const [input] of page.matchAll(/<input[^>]+type="hidden"[^>]*>/g)) {
    const [, name = ''] = /name="([^"]*)"/.exec(input) ?? []
    const [, value = ''] = /value="([^"]*)"/.exec(input) ?? []
    fields.append(name, value.replaceAll('&amp;', '&').replaceAll('&#x2F;', '/'))
  }
  return fields
}
