import { randomBytes, type KeyObject } from 'node:crypto'
import { exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose'
import { type Asked, type ProviderDouble, startDouble } from './provider-double.ts'

/** Apple, as far as signing in requires it. */
export interface AppleDouble extends ProviderDouble {
  /** The form that Apple's page posts for a user who accepts the request in this URL. */
  allow(
    url: string,
    user: { sub: string; email: string; name?: { firstName: string; lastName: string } },
  ): URLSearchParams
  /** The client secrets that were accepted, in order. */
  readonly secrets: string[]
}

const issuer = 'https://appleid.apple.com'
const sixMonths = 15_777_000

interface Grant {
  sub: string
  email: string
  nonce: string | null
  redirectUri: string | null
}

/**
 * Written from developer.apple.com/documentation/signinwithapplerestapi and its pages on client secrets and tokens: it checks the secret as
 * Apple says, requires `form_post` for these scopes, and sends the name once, in the form, next to the signed token.
 */
export async function startApple(team: {
  id: string
  keyId: string
  clientId: string
  key: KeyObject
}): Promise<AppleDouble> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  const jwk = { ...(await exportJWK(publicKey)), kid: 'apple', alg: 'RS256', use: 'sig' }
  const [codes, secrets] = [new Map<string, Grant>(), [] as string[]]

  async function isRightSecret(secret: string): Promise<boolean> {
    try {
      const { payload, protectedHeader } = await jwtVerify(secret, team.key, {
        algorithms: ['ES256'],
        issuer: team.id,
        subject: team.clientId,
        audience: issuer,
        requiredClaims: ['iat', 'exp'],
      })
      const { iat = 0, exp = 0 } = payload
      return protectedHeader.kid === team.keyId && exp - iat <= sixMonths
    } catch {
      return false
    }
  }

  async function exchange({ form }: Asked): Promise<{ status?: number; body: unknown }> {
    const secret = form.get('client_secret') ?? ''
    if (form.get('client_id') !== team.clientId || !(await isRightSecret(secret)))
      return { status: 400, body: { error: 'invalid_client' } }
    const grant = codes.get(form.get('code') ?? '')
    codes.delete(form.get('code') ?? '')
    if (!grant || grant.redirectUri !== form.get('redirect_uri'))
      return { status: 400, body: { error: 'invalid_grant' } }
    secrets.push(secret)
    const token = new SignJWT({ nonce: grant.nonce, email: grant.email, email_verified: 'true' })
      .setProtectedHeader({ alg: 'RS256', kid: 'apple' })
      .setIssuer(issuer)
      .setSubject(grant.sub)
      .setAudience(team.clientId)
      .setIssuedAt()
      .setExpirationTime('10 min')
    const common = { access_token: 'a', token_type: 'Bearer', expires_in: 3600, refresh_token: 'r' }
    return { body: { ...common, id_token: await token.sign(privateKey) } }
  }

  const double = await startDouble(async (asked) => {
    switch (`${asked.method} ${asked.url.href}`) {
      case `GET ${issuer}/.well-known/openid-configuration`:
        return {
          body: {
            issuer,
            authorization_endpoint: `${issuer}/auth/authorize`,
            token_endpoint: `${issuer}/auth/token`,
            jwks_uri: `${issuer}/auth/keys`,
            response_types_supported: ['code'],
            response_modes_supported: ['query', 'fragment', 'form_post'],
            subject_types_supported: ['pairwise'],
            id_token_signing_alg_values_supported: ['RS256'],
            token_endpoint_auth_methods_supported: ['client_secret_post'],
          },
        }
      case `GET ${issuer}/auth/keys`:
        return { body: { keys: [jwk] } }
      case `POST ${issuer}/auth/token`:
        return await exchange(asked)
      default:
        return { status: 404, body: {} }
    }
  })
  return {
    ...double,
    secrets,
    allow(url, { name, ...user }) {
      const { origin, pathname, searchParams } = new URL(url)
      if (`${origin}${pathname}` !== `${issuer}/auth/authorize`) throw new Error(`no page at ${url}`)
      // Apple refuses this: scopes require a form.
      if (searchParams.get('response_mode') !== 'form_post')
        throw new Error('response_mode must be form_post')
      const code = randomBytes(10).toString('hex')
      codes.set(code, {
        ...user,
        nonce: searchParams.get('nonce'),
        redirectUri: searchParams.get('redirect_uri'),
      })
      return new URLSearchParams({
        code,
        state: searchParams.get('state') ?? '',
        ...(name && { user: JSON.stringify({ name, email: user.email }) }),
      })
    },
  }
}
