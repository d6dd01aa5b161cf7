import { setImmediate as gap } from 'node:timers/promises'
import type { UserRecord, UserStore } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'
import { sampleUser } from '../src/records.ts'

/** Flaws in `update` and `replacePassword`. */
export const changeFlaws: readonly Broken<UserStore>[] = [
  {
    flaw: 'drops one of two changes',
    breaking: ({ update }) => ({
      update: (id, { bio, ...changes }) =>
        update(id, bio === undefined || changes.username ? changes : { ...changes, bio }),
    }),
    fails: ['users/update'],
  },
  {
    flaw: 'takes null for an absent field',
    breaking: ({ update }) => ({
      update: (id, changes) =>
        update(id, Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== null))),
    }),
    fails: ['users/update-to-null', 'users/banned-ids'],
  },
  {
    flaw: 'cannot write an update without fields',
    breaking: ({ update }) => ({
      update: async (id, changes) =>
        Object.keys(changes).length === 0 ? { outcome: 'gone' } : update(id, changes),
    }),
    fails: ['users/update-nothing'],
  },
  {
    flaw: 'takes the last login away',
    breaking: ({ byId, update }) => ({
      async update(id, changes) {
        const before = await byId(id)
        const answer = await update(id, changes)
        if (answer.outcome !== 'needs-login' || !before) return answer
        return { outcome: 'updated', user: { ...before, ...changes } }
      },
    }),
    fails: ['users/needs-login', 'users/needs-login-already-none', 'users/parallel-last-login'],
  },
  {
    flaw: 'changes nothing of an account that has no login',
    breaking: ({ byId, update }) => ({
      async update(id, changes) {
        const before = await byId(id)
        const needsLogin = before !== null && before.username === null && before.email === null
        return needsLogin ? { outcome: 'needs-login' } : update(id, changes)
      },
    }),
    fails: ['users/needs-login-already-none'],
  },
  {
    flaw: 'looks which logins are left first and takes one away later',
    breaking: ({ byId, update }) => ({
      async update(id, changes) {
        const before = await byId(id)
        await gap()
        const answer = await update(id, changes)
        const left = before && { ...before, ...changes }
        const hadLogin = left !== null && (left.username !== null || left.email !== null)
        return answer.outcome === 'needs-login' && hadLogin ? { outcome: 'updated', user: left } : answer
      },
    }),
    fails: ['users/parallel-last-login'],
  },
  {
    flaw: 'finds that an account collides with itself',
    breaking: ({ byId, update }) => ({
      async update(id, changes) {
        const own = (await byId(id))?.username === changes.username && changes.username !== undefined
        return own ? { outcome: 'taken', taken: ['username'] } : update(id, changes)
      },
    }),
    fails: ['users/update-to-own'],
  },
  {
    flaw: 'names only the first identifier that an update finds taken',
    breaking: ({ update }) => ({
      async update(id, changes) {
        const answer = await update(id, changes)
        return answer.outcome === 'taken' ? { ...answer, taken: answer.taken.slice(0, 1) } : answer
      },
    }),
    fails: ['users/update-taken'],
  },
  {
    flaw: 'writes the other fields although an identifier is taken',
    breaking: ({ update }) => ({
      async update(id, changes) {
        const answer = await update(id, changes)
        if (answer.outcome === 'taken' && changes.name !== undefined) await update(id, { name: changes.name })
        return answer
      },
    }),
    fails: ['users/update-taken'],
  },
  {
    flaw: 'answers for an account that never was',
    breaking({ create, update }) {
      const created = new Set<string>()
      return {
        create(user) {
          created.add(user.id)
          return create(user)
        },
        update: async (id, changes) =>
          created.has(id) ? update(id, changes) : { outcome: 'updated', user: sampleUser({ id }) },
      }
    },
    fails: ['users/update-unknown'],
  },
  {
    flaw: 'never frees a username that was given up',
    breaking({ byId, update }) {
      const givenUp = new Set<string | null>()
      return {
        async update(id, changes) {
          const { username } = changes
          if (username === undefined) return update(id, changes)
          if (givenUp.has(username)) return { outcome: 'taken', taken: ['username'] }
          givenUp.add((await byId(id))?.username ?? null)
          return update(id, changes)
        },
      }
    },
    fails: ['users/identifier-freed'],
  },
  {
    flaw: 'reads an account, changes it and writes all of it back',
    breaking: ({ byId, update }) => ({
      async update(id, changes) {
        const before = await byId(id)
        await gap()
        return update(id, { ...before, ...changes })
      },
    }),
    fails: ['users/parallel-updates', 'users/update-password-race'],
  },
  {
    flaw: 'checks a new username first and writes it later',
    breaking({ update }) {
      const writing = new Set<string>()
      return {
        async update(id, changes) {
          if (!changes.username) return update(id, changes)
          const unseen = writing.has(changes.username)
          writing.add(changes.username)
          await gap()
          const answer = await update(id, changes)
          writing.delete(changes.username)
          return unseen ? { outcome: 'updated', user: sampleUser({ id }) } : answer
        },
      }
    },
    fails: ['users/parallel-updates-one-username'],
  },
  {
    flaw: 'checks an e-mail for create before an update at the same time has written it',
    breaking({ create, update }) {
      const writing = new Set<string>()
      return {
        async create(user) {
          const unseen = writing.has(user.email ?? '')
          const answer = await create(user)
          return unseen ? { outcome: 'created' } : answer
        },
        async update(id, changes) {
          writing.add(changes.email ?? '')
          const answer = await update(id, changes)
          writing.delete(changes.email ?? '')
          return answer
        },
      }
    },
    fails: ['users/create-update-race'],
  },
  {
    flaw: 'answers the object it keeps after an update',
    breaking({ byId, update }) {
      const answered = new Map<string, UserRecord>()
      return {
        async update(id, changes) {
          const answer = await update(id, changes)
          if (answer.outcome === 'updated') answered.set(id, answer.user)
          return answer
        },
        async byId(id) {
          const user = await byId(id)
          return user && { ...user, createdAt: answered.get(id)?.createdAt ?? user.createdAt }
        },
      }
    },
    fails: ['users/update-answer-is-copy'],
  },
  {
    flaw: 'compares with `= NULL`, which is never true',
    breaking: ({ replacePassword }) => ({
      replacePassword: async (id, expected, next) =>
        expected === null ? null : replacePassword(id, expected, next),
    }),
    fails: ['users/replace-password'],
  },
  {
    flaw: 'compares hashes without letter case',
    breaking: ({ byId, replacePassword }) => ({
      async replacePassword(id, expected, next) {
        const { passwordHash = null } = (await byId(id)) ?? {}
        const same = passwordHash?.toLowerCase() === expected?.toLowerCase()
        return replacePassword(id, same ? passwordHash : expected, next)
      },
    }),
    fails: ['users/replace-password-mismatch'],
  },
  {
    flaw: 'takes no row changed for success',
    breaking({ create, replacePassword }) {
      const created = new Set<string>()
      return {
        create(user) {
          created.add(user.id)
          return create(user)
        },
        replacePassword: async (id, expected, next) =>
          created.has(id) ? replacePassword(id, expected, next) : { endedEpoch: 0 },
      }
    },
    fails: ['users/replace-password-unknown'],
  },
  {
    flaw: 'compares a hash first and writes it later',
    breaking: ({ byId, replacePassword }) => ({
      async replacePassword(id, expected, next) {
        if ((await byId(id))?.passwordHash !== expected) return null
        await gap()
        const { passwordHash = null } = (await byId(id)) ?? {}
        return replacePassword(id, passwordHash, next)
      },
    }),
    fails: ['users/parallel-password-changes'],
  },
  {
    flaw: 'writes the old hash back with an update',
    breaking: ({ byId, update, replacePassword }) => ({
      async update(id, changes) {
        const before = await byId(id)
        await gap()
        const answer = await update(id, changes)
        const now = await byId(id)
        if (before && now) await replacePassword(id, now.passwordHash, before.passwordHash ?? '')
        return answer
      },
    }),
    fails: ['users/update-password-race'],
  },
  {
    flaw: 'takes the upgrade of a hash for a new password',
    breaking: ({ replacePassword }) => ({
      upgradeHash: async (...change) => (await replacePassword(...change)) !== null,
    }),
    fails: ['users/upgrade-hash'],
  },
  {
    flaw: 'raises the epoch only where nothing else is changed',
    breaking: ({ update }) => ({
      update: (id, { endSessions, ...changes }, hold) =>
        update(id, Object.keys(changes).length > 0 ? changes : { endSessions: endSessions ?? false }, hold),
    }),
    fails: ['users/end-sessions-epoch', 'users/parallel-epochs'],
  },
  {
    flaw: 'reads the epoch first and writes it later',
    breaking({ byId, update }) {
      const epochs = new Map<string, number>()
      const epochOf = async (id: string): Promise<number> =>
        epochs.get(id) ?? (await byId(id))?.sessionEpoch ?? 0
      return {
        async update(id, changes, hold) {
          const before = await epochOf(id)
          await gap()
          if (changes.endSessions) epochs.set(id, before + 1)
          return await update(id, changes, hold)
        },
        async byId(id) {
          const user = await byId(id)
          return user && { ...user, sessionEpoch: await epochOf(id) }
        },
      }
    },
    fails: ['users/parallel-epochs'],
  },
  {
    flaw: 'raises the epoch a step after the new password',
    breaking: ({ update, upgradeHash }) => ({
      async replacePassword(id, expected, next) {
        if (!(await upgradeHash(id, expected, next))) return null
        await gap()
        const raised = await update(id, { endSessions: true })
        return raised.outcome === 'updated' ? { endedEpoch: raised.user.sessionEpoch - 1 } : null
      },
    }),
    fails: ['users/password-and-epoch-together'],
  },
  {
    flaw: 'raises the epoch also where another was first',
    breaking: ({ update, replacePassword }) => ({
      async replacePassword(id, expected, next) {
        const replaced = await replacePassword(id, expected, next)
        if (!replaced) await update(id, { endSessions: true })
        return replaced
      },
    }),
    fails: ['users/parallel-password-changes'],
  },
  {
    flaw: 'names the epoch that it read before the new password',
    breaking: ({ byId, replacePassword }) => ({
      async replacePassword(id, expected, next) {
        const before = await byId(id)
        await gap()
        const ended = await replacePassword(id, expected, next)
        return ended && before && { endedEpoch: before.sessionEpoch }
      },
    }),
    fails: ['users/parallel-ended-epochs'],
  },
]
