import type { Viewer } from '../viewer.ts'

/** The cached result for a token, and until when it is valid. */
export interface MetToken {
  readonly viewer: Viewer
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** If one of these is denied the session has ended. */
  readonly ended: readonly string[]
  /** If one of these is denied it is looked up again. */
  readonly changed: readonly string[]
}

/** Recently verified access tokens, the most recently used ones. */
export interface VerifiedTokens {
  get(token: string): MetToken | undefined
  set(token: string, met: MetToken): void
  delete(token: string): void
  /** Removes all tokens of a session. */
  deleteSession(sessionId: string): void
}

/** How many tokens are cached per session: a page that refreshes has the next before it drops the last. */
const perSession = 5

/** The capacity. */
interface Bounds {
  capacity: number
  /** How long a token is cached, by the uptime of this process. */
  maxAgeMillis: number
}

interface Known {
  token: string
  met: MetToken
  since: number
}

/**
 * Caches at most `capacity` tokens, and few per session, so that one session cannot evict those of others. Beyond that
 * the least recently used one is evicted.
 */
export function createVerifiedTokens({ capacity, maxAgeMillis }: Bounds): VerifiedTokens {
  const byKey = new Map<string, Known>()
  const keysBySession = new Map<string, string[]>()

  function forget(key: string): void {
    const sessionId = byKey.get(key)?.met.viewer.sessionId ?? undefined
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
      // A map keeps the insertion order, so putting it back makes it the newest. While half of the room is free,
      // nothing is close to eviction.
      if (byKey.size * 2 > capacity) {
        byKey.delete(key)
        byKey.set(key, known)
      }
      return known.met
    },
    set(token, met) {
      // A copy: a slice of a header would keep the entire header in memory.
      const own = Buffer.from(token, 'latin1').toString('latin1')
      const key = keyOf(own)
      forget(key)
      const sessionId = met.viewer.sessionId ?? ''
      const keys = [...(keysBySession.get(sessionId) ?? []), key]
      byKey.set(key, { token: own, met, since: performance.now() })
      keysBySession.set(sessionId, keys)
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

/**
 * The end of a token is part of its signature, which is unique: hashing an entire token costs more than the rest of the
 * check.
 */
function keyOf(token: string): string {
  return token.slice(-43)
}
