import type { AccessClaims } from './access-token.ts'

/** What a token says, and under what those of its session's epoch are denied together. */
export interface MetClaims extends AccessClaims {
  epochKey: string
}

/** Access tokens that were verified not long ago, the most recently used ones. */
export interface VerifiedTokens {
  get(token: string): MetClaims | undefined
  set(token: string, claims: MetClaims): void
  delete(token: string): void
}

/** Of one session so many tokens are remembered: a page that refreshes has the next before it lets go of the last. */
const perSession = 5

/** How much is remembered. */
interface Bounds {
  capacity: number
  /** For how long a token is known, by the time that this process runs. */
  maxAgeMillis: number
}

interface Known {
  claims: MetClaims
  since: number
}

/**
 * Remembers at most `capacity` tokens, and of one session few, so that nobody pushes out those of others. Past that the
 * least recently used one is forgotten.
 */
export function createVerifiedTokens({ capacity, maxAgeMillis }: Bounds): VerifiedTokens {
  const claimsByToken = new Map<string, Known>()
  const tokensBySession = new Map<string, string[]>()

  function forget(token: string): void {
    const sessionId = claimsByToken.get(token)?.claims.sessionId
    claimsByToken.delete(token)
    if (sessionId === undefined) return
    const others = tokensBySession.get(sessionId)?.filter((other) => other !== token) ?? []
    if (others.length > 0) tokensBySession.set(sessionId, others)
    else tokensBySession.delete(sessionId)
  }

  return {
    get(token) {
      const known = claimsByToken.get(token)
      if (!known) return undefined
      if (performance.now() - known.since > maxAgeMillis) {
        forget(token)
        return undefined
      }
      // A map keeps the order of insertion, so putting it back makes it the newest. While half of the room is free, nothing is near its end.
      if (claimsByToken.size * 2 > capacity) {
        claimsByToken.delete(token)
        claimsByToken.set(token, known)
      }
      return known.claims
    },
    set(token, claims) {
      // A copy: cut out of a header, the text would keep the whole header in memory.
      const own = Buffer.from(token, 'latin1').toString('latin1')
      forget(own)
      const tokens = [...(tokensBySession.get(claims.sessionId) ?? []), own]
      claimsByToken.set(own, { claims, since: performance.now() })
      tokensBySession.set(claims.sessionId, tokens)
      const [oldest = ''] = tokens
      if (tokens.length > perSession) forget(oldest)
      if (claimsByToken.size > capacity) {
        const [least = ''] = claimsByToken.keys()
        forget(least)
      }
    },
    delete: forget,
  }
}
