import type { UserRecord, UserStore } from '@kith/core'
import { sampleUser } from '../src/records.ts'
import { type Broken, gap } from './broken-store.ts'

/** Flaws in `markDeleted`, `deletedIds` and `purge`. */
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
    fails: ['users: a deleted account is absent from every look-up'],
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
    fails: ['users: a deleted account cannot be changed'],
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
    fails: ['users: the identifiers of a deleted account are free again'],
  },
  {
    flaw: 'deletes an account that never was',
    breaking: ({ byId, deletedIds, markDeleted }) => ({
      async markDeleted(id, at) {
        const known = (await byId(id)) ?? (await deletedIds(100)).includes(id)
        return known ? markDeleted(id, at) : true
      },
    }),
    fails: ['users: markDeleted answers true once, and false for an account that is deleted or unknown'],
  },
  {
    flaw: 'looks whether an account is live and deletes it later',
    breaking: ({ byId, markDeleted }) => ({
      async markDeleted(id, at) {
        if (!(await byId(id))) return false
        await gap()
        await markDeleted(id, at)
        return true
      },
    }),
    fails: ['users: of 20 parallel deletions of one account exactly one answers true'],
  },
  {
    flaw: 'writes an account back that was deleted meanwhile',
    breaking: ({ byId, create, update }) => ({
      async update(id, changes) {
        const before = await byId(id)
        await gap()
        const answer = await update(id, changes)
        if (before && answer.outcome === 'missing') await create(before)
        return answer
      },
    }),
    fails: ['users: an update at the same time does not bring a deleted account back'],
  },
  {
    flaw: 'names a live account as deleted when there is no deleted one',
    breaking({ create, deletedIds }) {
      let newest = ''
      return {
        create(user) {
          newest = user.id
          return create(user)
        },
        async deletedIds(limit) {
          const ids = await deletedIds(limit)
          return ids.length > 0 ? ids : [newest]
        },
      }
    },
    fails: ['users: deletedIds names deleted accounts and no live one'],
  },
  {
    flaw: 'names the newest deleted accounts first',
    breaking: ({ deletedIds }) => ({
      deletedIds: async (limit) => (await deletedIds(100)).reverse().slice(0, limit),
    }),
    fails: ['users: deletedIds names the oldest ids first, at most `limit`'],
  },
  {
    flaw: 'names more deleted accounts than asked for',
    breaking: ({ deletedIds }) => ({ deletedIds: (limit) => deletedIds(limit + 1) }),
    fails: ['users: deletedIds names the oldest ids first, at most `limit`'],
  },
  {
    flaw: 'never purges',
    breaking: () => ({ purge: async () => {} }),
    fails: ['users: purge removes a deleted account for good; again, or for an unknown one, it does nothing'],
  },
  {
    flaw: 'purges live accounts',
    breaking: ({ markDeleted, purge }) => ({
      async purge(id) {
        await markDeleted(id, new Date())
        await purge(id)
      },
    }),
    fails: ['users: purge leaves a live account alone'],
  },
]
