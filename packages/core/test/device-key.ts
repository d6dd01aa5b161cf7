import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto'

/** The parts of a proof, named as in the W3C draft; a test can spoil each of them. */
interface ProofParts {
  header?: object
  payload?: object
  /** @default the key's own */
  signer?: KeyObject
}

/** A device key that signs as the draft says, without the library that verifies. */
export interface DeviceKey {
  readonly algorithm: 'ES256' | 'RS256'
  readonly jwk: Readonly<Record<string, unknown>>
  readonly privateKey: KeyObject
  /** Creates the proof for a registration. */
  registration(challenge: string | null, parts?: ProofParts): string
  /** Creates the proof for a refresh. */
  refresh(challenge: string, parts?: ProofParts): string
}

/** Creates a new key. */
export function createDeviceKey(algorithm: 'ES256' | 'RS256' = 'ES256', modulusLength = 2048): DeviceKey {
  const { publicKey, privateKey } =
    algorithm === 'ES256'
      ? generateKeyPairSync('ec', { namedCurve: 'P-256' })
      : generateKeyPairSync('rsa', { modulusLength })
  const jwk = publicKey.export({ format: 'jwk' }) as Record<string, unknown>

  function proof(header: object, payload: object, signer = privateKey): string {
    const signed = [header, payload].map((part) => encoded(JSON.stringify(part))).join('.')
    const key = algorithm === 'ES256' ? ({ key: signer, dsaEncoding: 'ieee-p1363' } as const) : signer
    return `${signed}.${encoded(sign('sha256', Buffer.from(signed), key))}`
  }

  const head = { typ: 'dbsc+jwt', alg: algorithm }
  return {
    algorithm,
    jwk,
    privateKey,
    registration: (challenge, { header, payload, signer } = {}) =>
      proof({ ...head, jwk, ...header }, { jti: challenge, ...payload }, signer),
    refresh: (challenge, { header, payload, signer } = {}) =>
      proof({ ...head, ...header }, { jti: challenge, ...payload }, signer),
  }
}

function encoded(bytes: string | Buffer): string {
  return Buffer.from(bytes).toString('base64url')
}
