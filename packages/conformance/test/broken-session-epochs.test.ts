import type { Storage } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { testFlaws } from '../../../test/flaws.ts'
import { sessionEndCases } from '../src/index.ts'

const dies = 'session-ends/all-over-once-step'
const race = 'session-ends/20-parallel-refreshes-sign'

testFlaws<Storage>(sessionEndCases, createMemoryStorage, [
  {
    flaw: 'stores a new password and leaves the epoch',
    breaking: ({ users }) => ({ users: { ...users, replacePassword: users.upgradeHash } }),
    fails: [dies],
  },
  {
    flaw: 'leaves the epoch with every other change',
    breaking: ({ users }) => ({
      users: {
        ...users,
        update: (id, { endSessions: _endSessions, ...changes }, hold) => users.update(id, changes, hold),
      },
    }),
    fails: [dies],
  },
  {
    flaw: 'saves each session in the epoch that its account has by then',
    breaking: ({ users, sessions }) => ({
      sessions: {
        ...sessions,
        async byId(id) {
          const session = await sessions.byId(id)
          const user = session && (await users.byId(session.userId))
          return session && user ? { ...session, epoch: user.sessionEpoch } : session
        },
      },
    }),
    fails: [dies],
  },
  {
    flaw: 'knows no epochs, and ends only the first session it finds',
    breaking: ({ users, sessions }) => ({
      users: { ...users, replacePassword: users.upgradeHash },
      sessions: {
        ...sessions,
        async revokeAll(userId, at, except) {
          const [first] = await sessions.list(userId, at, { limit: 1, before: null })
          return first && first.id !== except && (await sessions.revoke(first, at)) ? [first.id] : []
        },
      },
    }),
    fails: [dies, race],
  },
])
