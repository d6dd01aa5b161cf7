import type { CompactJWSHeaderParameters, JWK } from 'jose'
import { compactVerify } from 'jose/jws/compact/verify'
import * as z from 'zod'
import { KithError } from '../errors.ts'
import { isCanonicalToken } from '../sessions/canonical-token.ts'

/** A proof signed with the key of a device: a "DBSC proof" of the W3C draft, 9.10. */
export interface DeviceProof {
  /** The challenge in the proof. */
  challenge: string
  /** The public key, as stored. */
  key: string
}

/** Longer than a proof with an RSA key; longer strings are refused before any work is done. */
const maxLength = 4096
const algorithms = ['ES256', 'RS256']

const coordinate = z.string().regex(/^[\w-]{43}$/)

/** The public keys that a proof may contain. Other members of a JWK are dropped. */
const publicKey = z.discriminatedUnion('kty', [
  z
    .object({ kty: z.literal('EC'), crv: z.literal('P-256'), x: coordinate, y: coordinate })
    .transform((jwk) => ({ alg: 'ES256', ...jwk })),
  z
    // From 2048 to 4096 bits.
    .object({ kty: z.literal('RSA'), n: z.string().regex(/^[\w-]{342,683}$/), e: z.literal('AQAB') })
    .transform((jwk) => ({ alg: 'RS256', ...jwk })),
])

const payload = z.object({ jti: z.string().min(1).max(512) })

/**
 * Verifies a proof: with `registered`, a stored key, or at a registration, where that is `null`, with the key in the
 * proof. Nothing else in a proof selects a key. The caller has to check that its challenge is one of ours. @throws
 * device-proof-invalid
 */
export async function readProof(proof: string, registered: string | null): Promise<DeviceProof> {
  if (!isCanonicalToken(proof, maxLength)) throw new KithError('device-proof-invalid')
  try {
    const key = registered ?? keyOf(proof)
    const verified = await compactVerify(proof, (header) => verifyingKey(header, { key, registered }), {
      algorithms,
    })
    const { jti } = payload.parse(JSON.parse(new TextDecoder().decode(verified.payload)))
    return { challenge: jti, key }
  } catch (error) {
    throw new KithError('device-proof-invalid', { cause: error })
  }
}

/** @throws TypeError for a header that does not fit a proof of this key */
function verifyingKey(
  { alg, typ, jwk, crit }: CompactJWSHeaderParameters,
  { key, registered }: { key: string; registered: string | null },
): JWK {
  const stored = JSON.parse(key) as JWK
  if (typ !== 'dbsc+jwt' || alg !== stored.alg || crit !== undefined)
    throw new TypeError('not the header of such a proof')
  // The draft, 9.10: "It MUST not be present for refresh requests."
  if (registered !== null && jwk !== undefined) throw new TypeError('a refresh brings no key')
  return stored
}

/** The registration claims, before they are verified with the contained key. */
function keyOf(proof: string): string {
  const header: unknown = JSON.parse(Buffer.from(proof.split('.')[0] ?? '', 'base64url').toString())
  return JSON.stringify(publicKey.parse((header as { jwk?: unknown }).jwk))
}
