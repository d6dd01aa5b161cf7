import { createPrivateKey, type KeyObject, sign } from 'node:crypto'
import * as z from 'zod'
import type { IdentityProvider } from './identity-provider.ts'
import { createOidcProvider, type ProviderClient } from './oidc-provider.ts'

/** The credentials that Apple has issued to your app. */
export interface AppleOptions extends Omit<ProviderClient, 'clientSecret'> {
  /** The id of your team. */
  teamId: string
  /** The id of the key. */
  keyId: string
  /** The key, as in Apple's `.p8` file. */
  privateKey: string
}

const issuer = 'https://appleid.apple.com'
/** Apple accepts secrets of up to six months. One is created for each exchange, so there is none to renew or steal. */
const secretSeconds = 300

/**
 * https://developer.apple.com/documentation/signinwithapple. The response is a form posted by Apple's page: see
 * docs/sign-in-with.md.
 * @throws TypeError for an invalid key
 */
export function apple({ teamId, keyId, privateKey, ...client }: AppleOptions): IdentityProvider {
  const key = readKey(privateKey)

  /** A JWT (RFC 7515), created here because it is needed in a synchronous call. */
  function makeSecret(): string {
    const now = Math.floor(Date.now() / 1000)
    const claims = { iss: teamId, sub: client.clientId, aud: issuer, iat: now, exp: now + secretSeconds }
    const parts = [{ alg: 'ES256', kid: keyId }, claims]
    const text = parts.map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
    const signature = sign('sha256', Buffer.from(text), { key, dsaEncoding: 'ieee-p1363' })
    return `${text}.${signature.toString('base64url')}`
  }
  return createOidcProvider(
    { scope: 'openid name email', ...client, title: 'Apple', issuer, verifiesEmails: true },
    {
      answersBy: 'form-post',
      authenticate(_server, { client_id }, body) {
        body.set('client_id', client_id)
        body.set('client_secret', makeSecret())
      },
      nameIn: (answer) => nameOf(answer.get('user')),
    },
  )
}

function readKey(privateKey: string): KeyObject {
  try {
    const key = createPrivateKey(privateKey)
    if (key.asymmetricKeyDetails?.namedCurve === 'prime256v1') return key
  } catch {
    // Reported below, without the key.
  }
  throw new TypeError('apple: privateKey: give what is in the .p8 file, from -----BEGIN PRIVATE KEY----- on')
}

const userField = z.looseObject({
  name: z.looseObject({ firstName: z.string().optional(), lastName: z.string().optional() }),
})

/** Sent once, with the first sign-in, unsigned: suitable only for a name that its owner can change. */
function nameOf(user: string | null): string | null {
  const { data } = userField.safeParse(parseJson(user ?? ''))
  return [data?.name.firstName, data?.name.lastName].filter(Boolean).join(' ') || null
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
