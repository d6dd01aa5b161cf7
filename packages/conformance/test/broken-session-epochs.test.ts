import type { Storage, UserStore } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { testFlaws } from '../../../test/flaws.ts'
import { sessionEndCases } from '../src/index.ts'

const dies = 'session-ends/stored-in-one-step'
const race = 'session-ends/beside-new-password'

/** Stores a new password without raising the epoch. */
function leavingEpoch({ upgradeHash }: UserStore): UserStore['replacePassword'] {
  return async (...[id, expected, next]) =>
    (await upgradeHash(id, expected, next ?? '')) ? { endedEpoch: 0 } : null
}

testFlaws<Storage>(sessionEndCases, createMemoryStorage, [
  {
    flaw: 'stores a new password and leaves the epoch',
    breaking: ({ users }) => ({ users: { ...users, replacePassword: leavingEpoch(users) } }),
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
      users: { ...users, replacePassword: leavingEpoch(users) },
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
