import { setImmediate as gap } from 'node:timers/promises'
import type { UserRecord, UserStore } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'
import { sampleUser } from '../src/records.ts'
import { everyone, purgingFlaws } from './broken-purging.ts'

/** Flaws in `markDeleted`, `toPurge` and `purge`. */
export const deletionFlaws: readonly Broken<UserStore>[] = [
  {
    flaw: 'still finds a deleted account by e-mail',
    breaking({ byId, byLogin, markDeleted }) {
      const deleted = new Map<string | null, UserRecord>()
      return {
        async markDeleted(id, at) {
          const user = await byId(id)
          if (user) deleted.set(user.email, user)
          return markDeleted(id, at)
        },
        byLogin: async (login) =>
          (await byLogin(login)) ?? ('email' in login ? (deleted.get(login.email) ?? null) : null),
      }
    },
    fails: ['users/deleted-absent'],
  },
  {
    flaw: 'updates a deleted account',
    breaking({ markDeleted, update }) {
      const deleted = new Set<string>()
      return {
        markDeleted(id, at) {
          deleted.add(id)
          return markDeleted(id, at)
        },
        update: async (id, changes) =>
          deleted.has(id) ? { outcome: 'updated', user: sampleUser({ id }) } : update(id, changes),
      }
    },
    fails: ['users/deleted-unchangeable'],
  },
  {
    flaw: 'keeps the username of a deleted account taken',
    breaking({ byId, create, markDeleted }) {
      const kept = new Set<string | null>()
      return {
        async markDeleted(id, at) {
          kept.add((await byId(id))?.username ?? null)
          return markDeleted(id, at)
        },
        create: async (user) =>
          kept.has(user.username) ? { outcome: 'taken', taken: ['username'] } : create(user),
      }
    },
    fails: ['users/deleted-identifiers-free'],
  },
  {
    flaw: 'deletes an account that never was',
    breaking: ({ byId, markDeleted, toPurge }) => ({
      async markDeleted(id, at) {
        const deleted = await toPurge(everyone)
        const known = (await byId(id)) ?? deleted.includes(id)
        return known ? markDeleted(id, at) : { endedEpoch: 0 }
      },
    }),
    fails: ['users/delete-once'],
  },
  {
    flaw: 'looks whether an account is live and deletes it later',
    breaking: ({ byId, markDeleted }) => ({
      async markDeleted(id, at) {
        const before = await byId(id)
        if (!before) return null
        await gap()
        await markDeleted(id, at)
        return { endedEpoch: before.sessionEpoch }
      },
    }),
    fails: ['users/parallel-deletes'],
  },
  {
    flaw: 'writes an account back that was deleted meanwhile',
    breaking: ({ byId, create, update }) => ({
      async update(id, changes) {
        const before = await byId(id)
        await gap()
        const answer = await update(id, changes)
        if (before && answer.outcome === 'gone') await create(before)
        return answer
      },
    }),
    fails: ['users/update-delete-race'],
  },
  ...purgingFlaws<UserStore>({
    subject: 'users',
    storeOf: (users) => users,
    mark: async (users, id) => (await users.markDeleted(id, new Date())) !== null,
    breaking: ({ create }, verbs, created) => ({
      ...verbs,
      create(user) {
        created?.(user.id)
        return create(user)
      },
    }),
  }),
]
