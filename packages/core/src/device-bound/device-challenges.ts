import type { Clock, Random } from '../id.ts'
import { createSeal } from '../sealed.ts'
import type { SessionRecord } from '../sessions/session-store.ts'

/**
 * How long after a sign-in a session can be bound: a browser does it right away; a thief who copies its cookies later
 * does not.
 */
export const bindWithinSeconds = 120

/** This much longer than an access token, since browsers keep the challenge that came with it for the next refresh. */
const marginSeconds = 300

/**
 * Challenges for browsers to sign. A challenge is sealed, so none is stored, and opens only for its own session. A
 * refresh challenge is for one generation, which the refresh steps: so it is used once, even with concurrent calls.
 */
export interface DeviceChallenges {
  /** To bind a session that was opened at that time. */
  toBind(sessionId: string, openedAt: Date): string
  isToBind(challenge: string, sessionId: string): boolean
  /** To refresh a session from its current generation. */
  toRefresh(session: Pick<SessionRecord, 'id' | 'generation'>): string
  /** The generation of a challenge; `null` if it belongs to another session, or has expired. */
  generationOf(challenge: string, sessionId: string): number | null
}

/** What {@link createDeviceChallenges} depends on. */
export interface ChallengeSettings {
  secrets: readonly string[]
  random: Random
  clock: Clock
  accessTtlSeconds: number
}

/** Creates the challenges of one Kith instance. */
export function createDeviceChallenges({
  secrets,
  random,
  clock,
  accessTtlSeconds,
}: ChallengeSettings): DeviceChallenges {
  const seal = createSeal({ secrets, random }, 'device-challenges')

  function close(
    about: string,
    { from, seconds, says }: { from: Date; seconds: number; says: number },
  ): string {
    return seal.close(`${from.getTime() + seconds * 1000} ${says}`, about)
  }

  function open(challenge: string, about: string): number | null {
    const [expiresAt = NaN, says = NaN] = (seal.open(challenge, about) ?? '').split(' ').map(Number)
    return expiresAt > clock().getTime() ? says : null
  }

  return {
    toBind: (sessionId, openedAt) =>
      close(`bind ${sessionId}`, { from: openedAt, seconds: bindWithinSeconds, says: 0 }),
    isToBind: (challenge, sessionId) => open(challenge, `bind ${sessionId}`) !== null,
    toRefresh: ({ id, generation }) =>
      close(`refresh ${id}`, {
        from: clock(),
        seconds: accessTtlSeconds + marginSeconds,
        says: generation,
      }),
    generationOf: (challenge, sessionId) => open(challenge, `refresh ${sessionId}`),
  }
}
