import { JWTExpired } from 'jose/errors'
import { KithError } from '../errors.ts'
import { createOwnTokens, type OwnTokenOptions } from './own-tokens.ts'
import type { SessionRecord } from './session-store.ts'

/** The claims of a verified refresh token. */
export interface RefreshClaims {
  sessionId: string
  generation: number
  /** When the session was opened, in whole seconds: its absolute age starts there. */
  openedAt: Date
  /** Whether an admin who acts as the account has opened it. */
  isImpersonated: boolean
}

/** Signs and verifies refresh tokens, which contain a session id, a generation and when the session was opened. */
export interface RefreshTokens {
  /**
   * The refresh token of the session's current generation. The same row results in exactly the same token, which is how
   * concurrent refreshes all get one successor without storing it.
   */
  issue(session: SessionRecord): Promise<string>
  /** @throws refresh-token-invalid, refresh-token-expired */
  verify(token: string): Promise<RefreshClaims>
  /** Whether a token was signed for an admin who acts, even if it has expired. */
  isImpersonated(token: string): Promise<boolean>
}

/** Creates the refresh tokens of one Kith instance. */
export function createRefreshTokens(options: OwnTokenOptions): RefreshTokens {
  const tokens = createOwnTokens(options, 'refresh-token', 'rt+jwt')

  return {
    async issue(session) {
      const openedAt = Math.floor(session.createdAt.getTime() / 1000)
      return await tokens.sign(
        {
          sid: session.id,
          gen: session.generation,
          auth_time: openedAt,
          ...(session.actorId !== null && { act: true }),
        },
        { issuedAt: session.rotatedAt, expiresAt: session.expiresAt },
      )
    },
    async verify(token) {
      try {
        const { sid, gen, auth_time: openedAt, act } = await tokens.verify(token, ['sid', 'gen', 'auth_time'])
        if (typeof sid !== 'string' || !isCount(gen) || !isCount(openedAt))
          throw new TypeError('claims of another form')
        return {
          sessionId: sid,
          generation: gen,
          openedAt: new Date(openedAt * 1000),
          isImpersonated: act === true,
        }
      } catch (error) {
        if (error instanceof JWTExpired)
          throw new KithError('refresh-token-expired', { detail: 'Sign in again.' })
        throw new KithError('refresh-token-invalid', { cause: error })
      }
    },
    async isImpersonated(token) {
      try {
        return (await tokens.verify(token, ['sid']))['act'] === true
      } catch (error) {
        // The signature is checked first.
        return error instanceof JWTExpired && error.payload['act'] === true
      }
    },
  }
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 0
}
