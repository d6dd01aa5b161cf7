import { KithError } from '../errors.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { SessionChange, SessionRecord, SessionStore } from '../sessions/session-store.ts'
import { addToOutbox } from './memory-outbox-store.ts'
import type { MemoryState } from './memory-state.ts'

/** Sessions in a `Map`. Each verb runs to its end without awaiting, which makes it atomic here. */
export function createMemorySessionStore({ queues }: Pick<MemoryState, 'queues'>): SessionStore {
  const sessions = new Map<string, SessionRecord>()

  function end(
    ended: readonly SessionRecord[],
    { at, outbox }: { at: Date; outbox: OutboxRows<SessionChange> | undefined },
  ): string[] {
    if (outbox)
      addToOutbox(
        queues,
        ended.flatMap(({ id }) => outbox({ id, opened: false })),
      )
    for (const session of ended) session.revokedAt = new Date(at)
    return ended.map(({ id }) => id)
  }

  return {
    async open(session, maxLive, outbox) {
      if (sessions.has(session.id)) throw new KithError('storage-failed', { detail: 'The id is in use.' })
      addToOutbox(queues, outbox?.({ id: session.id, opened: true }) ?? [])
      sessions.set(session.id, structuredClone(session))
      const { userId, createdAt } = session
      const ended = [...sessions.values()]
        .filter((other) => other.userId === userId && !other.revokedAt && other.expiresAt > createdAt)
        .sort((a, b) => +b.rotatedAt - +a.rotatedAt || (a.id < b.id ? 1 : -1))
        .slice(maxLive)
      return end(ended, { at: createdAt, outbox })
    },
    async byId(id) {
      return structuredClone(sessions.get(id) ?? null)
    },
    async rotate({ id, generation, boundKey, now, expiresAt, address, userAgent, methods }) {
      const session = sessions.get(id)
      if (!session) return { rotated: false, session: null }
      const isAsHeld = session.generation === generation && session.boundKey === boundKey
      if (!isAsHeld || session.revokedAt || session.expiresAt <= now) {
        return { rotated: false, session: structuredClone(session) }
      }
      session.generation++
      session.rotatedAt = new Date(now)
      session.expiresAt = new Date(expiresAt)
      session.address = address ?? session.address
      session.userAgent = userAgent ?? session.userAgent
      if (methods) Object.assign(session, { provedAt: new Date(now), methods: [...methods] })
      return { rotated: true, session: structuredClone(session) }
    },
    async bind({ id, userId, key, now }, outbox) {
      const session = sessions.get(id)
      if (session?.userId !== userId || session.boundKey !== null) return false
      if (session.revokedAt || session.expiresAt <= now) return false
      addToOutbox(queues, outbox?.() ?? [])
      session.boundKey = key
      return true
    },
    async revoke({ id, userId }, at, outbox) {
      const session = sessions.get(id)
      if (!session || session.userId !== userId || session.revokedAt || session.expiresAt <= at) return false
      return end([session], { at, outbox }).length === 1
    },
    async revokeAll(userId, at, ...[except, outbox]) {
      const ended = [...sessions.values()].filter(
        (session) =>
          session.userId === userId && session.id !== except && !session.revokedAt && session.expiresAt > at,
      )
      return end(ended, { at, outbox })
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
