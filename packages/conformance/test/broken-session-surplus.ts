import { setImmediate as gap } from 'node:timers/promises'
import type { SessionStore } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'

const least = 'sessions/surplus-oldest'
const many = 'sessions/surplus-many'
const others = 'sessions/surplus-own-live'
const race = 'sessions/parallel-surplus'
const page = { limit: 1_000, before: null }

/** Flaws in what `open` does with sessions that have become too many. */
export const surplusFlaws: readonly Broken<SessionStore>[] = [
  {
    flaw: 'lets as many live as are opened',
    breaking: ({ open }) => ({ open: (session) => open(session, 1_000) }),
    fails: [least, many, race],
  },
  {
    flaw: 'ends the oldest, however much they are used',
    breaking: ({ open, list, revoke }) => ({
      async open(session, maxLive) {
        await open(session, 1_000)
        const live = await list(session.userId, session.createdAt, page)
        const ended: string[] = []
        for (const { id, userId } of live.slice(maxLive))
          if (await revoke({ id, userId }, session.createdAt)) ended.push(id)
        return ended
      },
    }),
    fails: [least],
  },
  {
    flaw: 'ends one at a time',
    breaking: ({ open, list, revoke }) => ({
      async open(session, maxLive) {
        await open(session, 1_000)
        const { userId, createdAt } = session
        const live = await list(userId, createdAt, page)
        const last = live.sort((a, b) => +b.rotatedAt - +a.rotatedAt).at(-1)
        if (!last || live.length <= maxLive) return []
        return (await revoke(last, createdAt)) ? [last.id] : []
      },
    }),
    fails: [many],
  },
  {
    flaw: 'counts sessions that have ended',
    breaking({ open }) {
      const opened = new Map<string, number>()
      return {
        async open(session, maxLive) {
          const dead = session.revokedAt !== null || +session.expiresAt - +session.createdAt > 3_600_000
          const count = (opened.get(session.userId) ?? 0) + (dead ? 1 : 0)
          opened.set(session.userId, count)
          return open(session, Math.max(1, maxLive - count))
        },
      }
    },
    fails: [others],
  },
  {
    flaw: 'looks how many there are first and saves later',
    breaking: ({ open, list, revoke }) => ({
      async open(session, maxLive) {
        const { userId, createdAt } = session
        const live = await list(userId, createdAt, page)
        await gap()
        await open(session, 1_000)
        const ended: string[] = []
        const before = live.sort((a, b) => +b.rotatedAt - +a.rotatedAt).slice(maxLive - 1)
        for (const { id } of before) if (await revoke({ id, userId }, createdAt)) ended.push(id)
        return ended
      },
    }),
    fails: [race],
  },
]
