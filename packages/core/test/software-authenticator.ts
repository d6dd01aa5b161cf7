import {
  createHash,
  createPrivateKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
  sign,
} from 'node:crypto'
import type { PasskeyCreationOptions, PasskeyRequestOptions } from '@kith/core'
import type { PasskeyAssertion, PasskeyCreation } from '@kith/core/ports'

/** How an authenticator, or its browser, deviates from the rules. */
export interface Deviation {
  origin?: string
  rpId?: string
  challenge?: string
  type?: string
  crossOrigin?: boolean
  userPresent?: boolean
  userVerified?: boolean
  counter?: number
  syncable?: boolean
  userHandle?: string | null
  /** Signs with a wrong key. */
  forged?: boolean
}

/** An authenticator with its browser, written from the specification (WebAuthn Level 3, sections 5.8.1, 6.1 and 6.5). It signs with ES256. */
export interface SoftwareAuthenticator {
  create(options: PasskeyCreationOptions, deviation?: Deviation): PasskeyCreation
  get(options: PasskeyRequestOptions, deviation?: Deviation): PasskeyAssertion
  /** The ids of its passkeys, oldest first. */
  readonly ids: readonly string[]
}

/** The properties of an authenticator. */
interface Model {
  origin: string
  aaguid?: string
  /** Whether it syncs its passkeys, like password managers, and has no counter. */
  syncs?: boolean
}

interface Passkey {
  id: string
  userHandle: string
  privateKey: KeyObject
  counter: number
}

const flags = { userPresent: 0x01, userVerified: 0x04, syncable: 0x08, synced: 0x10, attested: 0x40 }

/** Creates one. */
export function createAuthenticator({
  origin,
  aaguid = '00000000-0000-0000-0000-000000000000',
  syncs = false,
}: Model): SoftwareAuthenticator {
  const passkeys: Passkey[] = []

  function clientData(type: string, challenge: string, deviation: Deviation): Buffer {
    const data = {
      type: deviation.type ?? type,
      challenge: deviation.challenge ?? challenge,
      origin: deviation.origin ?? origin,
      crossOrigin: deviation.crossOrigin ?? false,
    }
    return Buffer.from(JSON.stringify(data))
  }

  function authenticatorData(rpId: string, counter: number, deviation: Deviation): Buffer {
    const { userPresent = true, userVerified = true, syncable = syncs } = deviation
    const hash = createHash('sha256')
      .update(deviation.rpId ?? rpId)
      .digest()
    const bits =
      (userPresent ? flags.userPresent : 0) |
      (userVerified ? flags.userVerified : 0) |
      (syncable ? flags.syncable | flags.synced : 0)
    const tail = Buffer.alloc(5)
    tail[0] = bits
    tail.writeUInt32BE(deviation.counter ?? counter, 1)
    return Buffer.concat([hash, tail])
  }

  return {
    create(options, deviation = {}) {
      const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
      const { x = '', y = '' } = publicKey.export({ format: 'jwk' })
      const id = randomBytes(16)
      const data = authenticatorData(options.rp.id, syncs ? 0 : 1, deviation)
      data[32] = (data[32] ?? 0) | flags.attested
      const key = cborMap([
        [1, 2],
        [3, -7],
        [-1, 1],
        [-2, Buffer.from(x, 'base64url')],
        [-3, Buffer.from(y, 'base64url')],
      ])
      const length = Buffer.from([id.length >> 8, id.length & 0xff])
      const authData = Buffer.concat([data, Buffer.from(aaguid.replaceAll('-', ''), 'hex'), length, id, key])
      const attestation = cborMap([
        ['fmt', 'none'],
        ['attStmt', {}],
        ['authData', authData],
      ])
      const text = id.toString('base64url')
      passkeys.push({ id: text, userHandle: options.user.id, privateKey, counter: syncs ? 0 : 1 })
      return {
        id: text,
        rawId: text,
        type: 'public-key',
        response: {
          clientDataJSON: clientData('webauthn.create', options.challenge, deviation).toString('base64url'),
          attestationObject: attestation.toString('base64url'),
          transports: ['internal'],
        },
      }
    },
    get(options, deviation = {}) {
      const allowed = options.allowCredentials.map(({ id }) => id)
      const passkey = passkeys.findLast(({ id }) => allowed.length === 0 || allowed.includes(id))
      if (!passkey) throw new Error('no passkey is asked for that is here')
      if (!syncs) passkey.counter++
      const data = authenticatorData(options.rpId, passkey.counter, deviation)
      const client = clientData('webauthn.get', options.challenge, deviation)
      const signed = Buffer.concat([data, createHash('sha256').update(client).digest()])
      const key = deviation.forged ? createPrivateKey(otherKey()) : passkey.privateKey
      const { userHandle = passkey.userHandle } = deviation
      return {
        id: passkey.id,
        rawId: passkey.id,
        type: 'public-key',
        response: {
          clientDataJSON: client.toString('base64url'),
          authenticatorData: data.toString('base64url'),
          signature: sign('sha256', signed, key).toString('base64url'),
          userHandle,
        },
      }
    },
    get ids() {
      return passkeys.map(({ id }) => id)
    },
  }
}

function otherKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  return privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
}

type Cbor = number | string | Buffer | Record<string, never>

/** The part of CBOR (RFC 8949) that the objects above need. */
function cbor(value: Cbor): Buffer {
  if (typeof value === 'number') return value < 0 ? cborHead(1, -1 - value) : cborHead(0, value)
  if (typeof value === 'string')
    return Buffer.concat([cborHead(3, Buffer.byteLength(value)), Buffer.from(value)])
  return Buffer.isBuffer(value) ? Buffer.concat([cborHead(2, value.length), value]) : cborMap([])
}

function cborMap(entries: [number | string, Cbor][]): Buffer {
  return Buffer.concat([cborHead(5, entries.length), ...entries.flat().map((each) => cbor(each))])
}

function cborHead(major: number, argument: number): Buffer {
  if (argument < 24) return Buffer.from([(major << 5) | argument])
  if (argument < 256) return Buffer.from([(major << 5) | 24, argument])
  return Buffer.from([(major << 5) | 25, argument >> 8, argument & 0xff])
}
