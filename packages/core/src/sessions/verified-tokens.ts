import type { Viewer } from '../viewer.ts'

/** What a token was found to be worth, and until when nothing is said against it. */
export interface MetToken {
  readonly viewer: Viewer
  /** Milliseconds since 1970. */
  readonly expiresAt: number
  /** Where one of these is denied it has ended. */
  readonly ended: readonly string[]
  /** Where one of these is denied it is looked up again. */
  readonly changed: readonly string[]
}

/** Access tokens that were verified not long ago, the most recently used ones. */
export interface VerifiedTokens {
  get(token: string): MetToken | undefined
  set(token: string, met: MetToken): void
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
  met: MetToken
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
      // A map keeps the order of insertion, so putting it back makes it the newest. While half of the room is free, nothing is near its end.
      if (byKey.size * 2 > capacity) {
        byKey.delete(key)
        byKey.set(key, known)
      }
      return known.met
    },
    set(token, met) {
      // A copy: cut out of a header, the text would keep the whole header in memory.
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

/** The end of a token is of its signature, which no other has: hashing all of a token costs more than everything else that is asked of it. */
function keyOf(token: string): string {
  return token.slice(-43)
}
