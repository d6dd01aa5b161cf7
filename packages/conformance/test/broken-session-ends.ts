import { setImmediate as gap } from 'node:timers/promises'
import type { SessionRecord, SessionStore } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'

const all = { limit: 1000, before: null }

/** Flaws in `revoke`, `revokeAll`, `list` and `purgeEnded`. */
export const endFlaws: readonly Broken<SessionStore>[] = [
  {
    flaw: 'overwrites the time of a revocation',
    breaking({ byId, revoke }) {
      const last = new Map<string, Date>()
      return {
        async revoke(session, at) {
          const answer = await revoke(session, at)
          if ((await byId(session.id))?.userId === session.userId) last.set(session.id, at)
          return answer
        },
        async byId(id) {
          const session = await byId(id)
          return (
            session && { ...session, revokedAt: session.revokedAt && (last.get(id) ?? session.revokedAt) }
          )
        },
      }
    },
    fails: ['sessions/revoke', 'sessions/parallel-revokes'],
  },
  {
    flaw: 'takes no row changed for success',
    breaking: ({ byId, revoke }) => ({
      revoke: async (session, at) => !(await byId(session.id)) || revoke(session, at),
    }),
    fails: ['sessions/revoke-unknown'],
  },
  {
    flaw: 'revokes without looking at the owner',
    breaking: ({ byId, revoke }) => ({
      async revoke(session, at) {
        return revoke((await byId(session.id)) ?? session, at)
      },
    }),
    fails: ['sessions/revoke-other-user'],
  },
  {
    flaw: 'claims to have ended what had expired',
    breaking: ({ byId, revoke }) => ({
      async revoke(session, at) {
        const { expiresAt } = (await byId(session.id)) ?? {}
        return expiresAt?.getTime() === at.getTime() || revoke(session, at)
      },
    }),
    fails: ['sessions/revoke-expired'],
  },
  {
    flaw: 'looks whether a session is live and revokes it later',
    breaking: ({ byId, revoke }) => ({
      async revoke(session, at) {
        const before = await byId(session.id)
        await gap()
        const answer = await revoke(session, at)
        return answer || (before?.userId === session.userId && !before.revokedAt && before.expiresAt > at)
      },
    }),
    fails: ['sessions/parallel-revokes', 'sessions/revoke-all-race'],
  },
  {
    flaw: 'hides a revoked session from rotation',
    breaking: ({ rotate }) => ({
      async rotate(rotation) {
        const answer = await rotate(rotation)
        return answer.session?.revokedAt ? { rotated: false, session: null } : answer
      },
    }),
    fails: ['sessions/rotate-revoked'],
  },
  {
    flaw: 'writes a session back that was revoked during its rotation',
    breaking({ byId, rotate }) {
      const revived = new Set<string>()
      return {
        async rotate(rotation) {
          const before = await byId(rotation.id)
          await gap()
          const answer = await rotate(rotation)
          if (!before?.revokedAt && answer.session?.revokedAt) revived.add(rotation.id)
          return answer
        },
        async byId(id) {
          const session = await byId(id)
          return session && { ...session, revokedAt: revived.has(id) ? null : session.revokedAt }
        },
      }
    },
    fails: ['sessions/rotate-revoke-race'],
  },
  {
    flaw: 'ends the session that was to stay',
    breaking: ({ revokeAll }) => ({ revokeAll: (userId, at) => revokeAll(userId, at, null) }),
    fails: ['sessions/revoke-all-but-one'],
  },
  {
    flaw: 'ends one batch of sessions only',
    breaking: ({ list, revoke }) => ({
      async revokeAll(userId, at, except) {
        const ended: string[] = []
        for (const session of await list(userId, at, { limit: 25, before: null })) {
          if (session.id !== except && (await revoke(session, at))) ended.push(session.id)
        }
        return ended
      },
    }),
    fails: ['sessions/revoke-all'],
  },
  {
    flaw: 'names the sessions it found live before it ended them',
    breaking: ({ list, revoke }) => ({
      async revokeAll(userId, at, except) {
        const live = (await list(userId, at, all)).filter(({ id }) => id !== except)
        await gap()
        for (const session of live) await revoke(session, at)
        return live.map(({ id }) => id)
      },
    }),
    fails: ['sessions/revoke-all-race'],
  },
  {
    flaw: 'ends sessions opened meanwhile without naming them',
    breaking: ({ list, revokeAll }) => ({
      async revokeAll(userId, at, except) {
        const live = await list(userId, at, all)
        await gap()
        const ended = await revokeAll(userId, at, except)
        return ended.filter((id) => live.some((session) => session.id === id))
      },
    }),
    fails: ['sessions/revoke-all-open-race'],
  },
  {
    flaw: 'lists by time instead of by id',
    breaking: ({ list }) => ({
      list: async (userId, now, keyset) =>
        (await list(userId, now, keyset)).sort((a, b) => +b.createdAt - +a.createdAt),
    }),
    fails: ['sessions/list'],
  },
  {
    flaw: 'lists revoked sessions',
    breaking({ byId, list, open }) {
      const opened = new Map<string, SessionRecord>()
      return {
        open(session, maxLive) {
          opened.set(session.id, session)
          return open(session, maxLive)
        },
        async list(userId, now, keyset) {
          const sessions = await list(userId, now, keyset)
          for (const { id } of opened.values()) {
            const session = await byId(id)
            if (session?.revokedAt && session.userId === userId) sessions.unshift(session)
          }
          return sessions
        },
      }
    },
    fails: ['sessions/list-without-revoked'],
  },
  {
    flaw: 'lists a session at the very millisecond of its expiry',
    breaking: ({ list }) => ({
      list: (userId, now, keyset) => list(userId, new Date(now.getTime() - 1), keyset),
    }),
    fails: ['sessions/list-until-expiry'],
  },
  {
    flaw: 'cannot read on when the last session of the page is gone',
    breaking: ({ byId, list }) => ({
      list: async (userId, now, keyset) =>
        keyset.before && !(await byId(keyset.before)) ? [] : list(userId, now, keyset),
    }),
    fails: ['sessions/list-page'],
  },
  {
    flaw: 'lists more sessions than asked for',
    breaking: ({ list }) => ({
      list: (userId, now, { limit, before }) => list(userId, now, { limit: limit + 1, before }),
    }),
    fails: ['sessions/list-page'],
  },
  {
    flaw: 'purges revoked sessions before their time',
    breaking({ byId, purgeEnded }) {
      let purged = false
      return {
        async purgeEnded(before, limit) {
          purged = true
          return purgeEnded(before, limit)
        },
        async byId(id) {
          const session = await byId(id)
          return purged && session?.revokedAt ? null : session
        },
      }
    },
    fails: ['sessions/purge-ended'],
  },
  {
    flaw: 'purges more sessions than asked for',
    breaking: ({ purgeEnded }) => ({ purgeEnded: (before, limit) => purgeEnded(before, limit + 1) }),
    fails: ['sessions/purge-ended-limit'],
  },
  {
    flaw: 'counts ended sessions first and removes them later',
    breaking({ byId, open, purgeEnded }) {
      const opened = new Set<string>()
      return {
        open(session, maxLive) {
          opened.add(session.id)
          return open(session, maxLive)
        },
        async purgeEnded(before, limit) {
          const sessions = await Promise.all([...opened].map(byId))
          const ended = sessions.filter(
            (session) =>
              session && [session.expiresAt, session.revokedAt].some((end) => end && end <= before),
          )
          await gap()
          await purgeEnded(before, limit)
          return Math.min(ended.length, limit)
        },
      }
    },
    fails: ['sessions/parallel-purges'],
  },
]
