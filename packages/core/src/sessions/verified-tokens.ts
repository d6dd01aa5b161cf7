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
  /** Forgets all tokens of a session. */
  deleteSession(sessionId: string): void
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
  token: string
  claims: MetClaims
  since: number
}

/**
 * Remembers at most `capacity` tokens, and of one session few, so that nobody pushes out those of others. Past that the
 * least recently used one is forgotten.
 */
export function createVerifiedTokens({ capacity, maxAgeMillis }: Bounds): VerifiedTokens {
  const byKey = new Map<string, Known>()
  const keysBySession = new Map<string, string[]>()

  function forget(key: string): void {
    const sessionId = byKey.get(key)?.claims.sessionId
    byKey.delete(key)
    if (sessionId === undefined) return
    const others = keysBySession.get(sessionId)?.filter((other) => other !== key) ?? []
    if (others.length > 0) keysBySession.set(sessionId, others)
    else keysBySession.delete(sessionId)
  }

  return {
    get(token) {
      const key = keyOf(token)
      const known = byKey.get(key)
      if (known?.token !== token) return undefined
      if (performance.now() - known.since > maxAgeMillis) {
        forget(key)
        return undefined
      }
      // A map keeps the order of insertion, so putting it back makes it the newest. While half of the room is free, nothing is near its end.
      if (byKey.size * 2 > capacity) {
        byKey.delete(key)
        byKey.set(key, known)
      }
      return known.claims
    },
    set(token, claims) {
      // A copy: cut out of a header, the text would keep the whole header in memory.
      const own = Buffer.from(token, 'latin1').toString('latin1')
      const key = keyOf(own)
      forget(key)
      const keys = [...(keysBySession.get(claims.sessionId) ?? []), key]
      byKey.set(key, { token: own, claims, since: performance.now() })
      keysBySession.set(claims.sessionId, keys)
      const [oldest = ''] = keys
      if (keys.length > perSession) forget(oldest)
      if (byKey.size > capacity) {
        const [least = ''] = byKey.keys()
        forget(least)
      }
    },
    delete: (token) => forget(keyOf(token)),
    deleteSession(sessionId) {
      for (const key of keysBySession.get(sessionId) ?? []) byKey.delete(key)
      keysBySession.delete(sessionId)
    },
  }
}

/** The end of a token is of its signature, which no other has: hashing all of a token costs more than everything else that is asked of it. */
function keyOf(token: string): string {
  return token.slice(-43)
}
