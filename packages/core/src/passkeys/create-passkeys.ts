import { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server'
import { isKithError, KithError } from '../errors.ts'
import type { PasskeyVerifier } from './passkey-verifier.ts'

/** Options of {@link createPasskeys}. */
export interface PasskeyOptions {
  /**
   * The domain of the passkeys, such as `example.com`: its pages and those of its subdomains can use them. It cannot be
   * changed later.
   */
  rpId: string
  /** The name of your app, as shown to users. */
  rpName: string
  /**
   * Where they are used: `https://example.com`, `http://localhost:3000`, and for an Android app
   * `android:apk-key-hash:…`. Pages of other domains are related origins: see docs/passkeys.md.
   */
  origins: readonly string[]
}

/**
 * EdDSA, ES256 and RS256, as the specification recommends. The library would add ML-DSA, for which Node prints an
 * experimental warning.
 */
const algorithms = [-8, -7, -257]

/**
 * Creates the passkey verifier, with `@simplewebauthn/server`: pass it to `createKith`.
 * @throws TypeError for an invalid domain or invalid origins
 */
export function createPasskeys({ rpId, rpName, origins }: PasskeyOptions): PasskeyVerifier {
  demandOptions({ rpId, rpName, origins })

  /** Checked before the library does, whose messages contain challenges. */
  function demandPage(clientDataJSON: string, challenge: string): string {
    const data = readClientData(clientDataJSON)
    if (data['challenge'] !== challenge) throw new KithError('passkey-invalid')
    const { origin, crossOrigin, topOrigin } = data
    // In a frame of another site, users do not see which site they use it for.
    if (typeof origin !== 'string' || !origins.includes(origin) || crossOrigin || topOrigin)
      throw new KithError('passkey-invalid', {
        detail: 'It was used on an origin that is not allowed: check `origins` of createPasskeys.',
      })
    return origin
  }

  return Object.freeze<PasskeyVerifier>({
    rpId,
    rpName,
    origins: Object.freeze([...origins]),
    algorithms: Object.freeze([...algorithms]),
    verifyCreation: (creation, { challenge, conditional }) =>
      refusing(async () => {
        const { verified, registrationInfo } = await verifyRegistrationResponse({
          response: { ...withResults(creation), response: { ...creation.response, transports: [] } },
          expectedChallenge: challenge,
          expectedOrigin: demandPage(creation.response.clientDataJSON, challenge),
          expectedRPID: rpId,
          requireUserPresence: !conditional,
          requireUserVerification: !conditional,
          supportedAlgorithmIDs: algorithms,
        })
        if (!verified || registrationInfo.credential.id !== creation.id) return null
        const { credential, aaguid, credentialDeviceType, credentialBackedUp } = registrationInfo
        return {
          id: credential.id,
          publicKey: Buffer.from(credential.publicKey).toString('base64url'),
          counter: credential.counter,
          transports: [...(creation.response.transports ?? [])],
          aaguid,
          syncable: credentialDeviceType === 'multiDevice',
          synced: credentialBackedUp,
        }
      }),
    verifyAssertion: (assertion, { challenge, publicKey }) =>
      refusing(async () => {
        const { userHandle, ...response } = assertion.response
        const { verified, authenticationInfo } = await verifyAuthenticationResponse({
          response: {
            ...withResults(assertion),
            response: { ...response, ...(userHandle && { userHandle }) },
          },
          expectedChallenge: challenge,
          expectedOrigin: demandPage(response.clientDataJSON, challenge),
          expectedRPID: rpId,
          requireUserVerification: true,
          // Without a counter here, none is compared: the caller that stores it decides.
          credential: { id: assertion.id, publicKey: bytesOf(publicKey), counter: -1 },
        })
        if (!verified) return null
        const { newCounter, credentialDeviceType, credentialBackedUp } = authenticationInfo
        return {
          counter: newCounter,
          syncable: credentialDeviceType === 'multiDevice',
          synced: credentialBackedUp,
        }
      }),
  })
}

/** The library throws plain errors for anything that does not match. */
async function refusing<Result>(verify: () => Promise<Result | null>): Promise<Result> {
  try {
    const result = await verify()
    if (result !== null) return result
  } catch (cause) {
    throw isKithError(cause) ? cause : new KithError('passkey-invalid', { cause })
  }
  throw new KithError('passkey-invalid')
}

/** Required by the types, never read. */
function withResults<Answer extends object>(answer: Answer): Answer & { clientExtensionResults: object } {
  return { ...answer, clientExtensionResults: {} }
}

function readClientData(clientDataJSON: string): Partial<Record<string, unknown>> {
  return Object(JSON.parse(Buffer.from(clientDataJSON, 'base64url').toString('utf8'))) as never
}

function bytesOf(base64url: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(base64url, 'base64url'))
}

const domain = /^(?:[a-z\d](?:[a-z\d-]*[a-z\d])?\.)*[a-z\d](?:[a-z\d-]*[a-z\d])?$/
const ofAndroid = 'android:apk-key-hash:'

function demandOptions({ rpId, rpName, origins }: PasskeyOptions): void {
  if (typeof rpId !== 'string' || !domain.test(rpId))
    throw new TypeError('createPasskeys: rpId: give a domain in lower case, like example.com')
  if (typeof rpName !== 'string' || rpName === '')
    throw new TypeError('createPasskeys: rpName: give the name of your app')
  if (!Array.isArray(origins) || origins.length === 0)
    throw new TypeError('createPasskeys: origins: give a list like ["https://example.com"]')
  for (const origin of origins)
    if (typeof origin !== 'string' || !(origin.startsWith(ofAndroid) || isOrigin(origin)))
      throw new TypeError(
        `createPasskeys: origins: ${JSON.stringify(origin)} is not an origin: use one like https://example.com, or http://localhost:3000`,
      )
  if (!origins.some((origin: string) => isOf(origin, rpId)))
    throw new TypeError(`createPasskeys: origins: none is of ${rpId} or a subdomain of it`)
}

/** Browsers support passkeys only on secure pages. */
function isOrigin(text: string): boolean {
  if (!URL.canParse(text)) return false
  const { origin, protocol, hostname } = new URL(text)
  const isLocal = hostname === 'localhost' || hostname.endsWith('.localhost')
  return origin === text && (protocol === 'https:' || (protocol === 'http:' && isLocal))
}

function isOf(origin: string, rpId: string): boolean {
  const { hostname } = new URL(origin)
  return origin.startsWith(ofAndroid) || hostname === rpId || hostname.endsWith(`.${rpId}`)
}
