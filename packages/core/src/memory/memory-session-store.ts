import { KithError } from '../errors.ts'
import type { SessionRecord, SessionStore } from '../sessions/session-store.ts'

/** Sessions in a `Map`. Each verb runs to its end without waiting, which is what makes it atomic here. */
export function createMemorySessionStore(): SessionStore {
  const sessions = new Map<string, SessionRecord>()

  return {
    async open(session, maxLive) {
      if (sessions.has(session.id)) throw new KithError('storage-failed', { detail: 'The id is in use.' })
      sessions.set(session.id, structuredClone(session))
      const { userId, createdAt } = session
      const ended = [...sessions.values()]
        .filter((other) => other.userId === userId && !other.revokedAt && other.expiresAt > createdAt)
        .sort((a, b) => +b.rotatedAt - +a.rotatedAt || (a.id < b.id ? 1 : -1))
        .slice(maxLive)
      for (const other of ended) other.revokedAt = new Date(createdAt)
      return ended.map(({ id }) => id)
    },
    async byId(id) {
      return structuredClone(sessions.get(id) ?? null)
    },
    async rotate({ id, generation, now, expiresAt, address, userAgent }) {
      const session = sessions.get(id)
      if (!session) return { rotated: false, session: null }
      if (session.generation !== generation || session.revokedAt || session.expiresAt <= now) {
        return { rotated: false, session: structuredClone(session) }
      }
      session.generation++
      session.rotatedAt = new Date(now)
      session.expiresAt = new Date(expiresAt)
      session.address = address ?? session.address
      session.userAgent = userAgent ?? session.userAgent
      return { rotated: true, session: structuredClone(session) }
    },
    async revoke({ id, userId }, at) {
      const session = sessions.get(id)
      if (!session || session.userId !== userId || session.revokedAt || session.expiresAt <= at) return false
      session.revokedAt = new Date(at)
      return true
    },
    async revokeAll(userId, at, except) {
      const ended = [...sessions.values()].filter(
        (session) =>
          session.userId === userId && session.id !== except && !session.revokedAt && session.expiresAt > at,
      )
      for (const session of ended) session.revokedAt = new Date(at)
      return ended.map((session) => session.id)
    },
    async list(userId, now, { limit, before }) {
      return structuredClone(
        [...sessions.values()]
          .filter((session) => session.userId === userId && !session.revokedAt && session.expiresAt > now)
          .filter((session) => before === null || session.id < before)
          .sort((a, b) => (a.id < b.id ? 1 : -1))
          .slice(0, limit),
      )
    },
    async purgeEnded(before, limit) {
      const ended = [...sessions.values()]
        .filter(
          (session) => session.expiresAt <= before || (session.revokedAt && session.revokedAt <= before),
        )
        .slice(0, limit)
      for (const session of ended) sessions.delete(session.id)
      return ended.length
    },
  }
}
