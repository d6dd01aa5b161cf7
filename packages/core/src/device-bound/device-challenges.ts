import type { Clock, Random } from '../id.ts'
import { createSeal } from '../sealed.ts'
import type { SessionRecord } from '../sessions/session-store.ts'

/** For so long after a sign-in a session can be bound: a browser does it right away, and a thief who copies its cookies later does not. */
export const bindWithinSeconds = 120

/** Longer than an access token by this, since browsers keep the challenge that came with it for the next refresh. */
const marginSeconds = 300

/**
 * What browsers sign. A challenge is sealed, so nothing is stored of it, and opens for its own session only. One to refresh is of a
 * generation, and the refresh steps that: so it is used once, whatever comes at the same time.
 */
export interface DeviceChallenges {
  /** To bind a session that was opened then. */
  toBind(sessionId: string, openedAt: Date): string
  isToBind(challenge: string, sessionId: string): boolean
  /** To refresh a session from the generation that it has. */
  toRefresh(session: Pick<SessionRecord, 'id' | 'generation'>): string
  /** The generation that a challenge is for; `null` where it is none of this session, or has expired. */
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
