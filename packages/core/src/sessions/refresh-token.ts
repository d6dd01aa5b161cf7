import { errors, type JWTHeaderParameters, jwtVerify, SignJWT } from 'jose'
import { KithError } from '../errors.ts'
import type { Clock } from '../id.ts'
import { deriveKey } from './derive-key.ts'
import type { SessionRecord } from './session-store.ts'

/** What a refresh token says, once it is verified. */
export interface RefreshClaims {
  sessionId: string
  generation: number
}

/** Signs and verifies refresh tokens: JWTs of a type and key of their own, which hold a session id and a generation. */
export interface RefreshTokens {
  /**
   * The refresh token of the session's current generation. The same row gives the same token to the letter, which is
   * how concurrent refreshes can all be handed one successor without storing it.
   */
  issue(session: SessionRecord): Promise<string>
  /** @throws refresh-token-invalid, refresh-token-expired */
  verify(token: string): Promise<RefreshClaims>
}

const type = 'rt+jwt'
const algorithm = 'HS256'
/** Longer than any token of ours; longer texts are refused before any work is done on them. */
const maxTokenLength = 2048

/** Creates the refresh tokens of one Kith instance: the first secret signs, all verify. */
export function createRefreshTokens(secrets: readonly string[], clock: Clock): RefreshTokens {
  const derived = secrets.map((secret) => deriveKey(secret, 'refresh-token'))
  const keys = new Map(derived.map(({ kid, key }) => [kid, key]))
  const [signing] = derived

  function findKey({ kid }: JWTHeaderParameters): Uint8Array {
    const key = kid === undefined ? undefined : keys.get(kid)
    if (!key) throw new KithError('refresh-token-invalid')
    return key
  }

  return {
    async issue(session) {
      if (!signing) throw new TypeError('there is no secret to sign with')
      return await new SignJWT({ sid: session.id, gen: session.generation })
        .setProtectedHeader({ alg: algorithm, typ: type, kid: signing.kid })
        .setIssuedAt(session.rotatedAt)
        .setExpirationTime(session.expiresAt)
        .sign(signing.key)
    },
    async verify(token) {
      if (token.length > maxTokenLength) throw new KithError('refresh-token-invalid')
      try {
        const { payload } = await jwtVerify(token, findKey, {
          algorithms: [algorithm],
          typ: type,
          currentDate: clock(),
          requiredClaims: ['sid', 'gen', 'exp'],
        })
        const { sid, gen } = payload
        if (typeof sid !== 'string' || typeof gen !== 'number') throw new KithError('refresh-token-invalid')
        return { sessionId: sid, generation: gen }
      } catch (error) {
        if (error instanceof errors.JWTExpired)
          throw new KithError('refresh-token-expired', { detail: 'Sign in again.' })
        throw new KithError('refresh-token-invalid', { cause: error })
      }
    },
  }
}
