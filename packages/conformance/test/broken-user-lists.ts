import type { UserRecord, UserStore } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'

/** Flaws in `byIds` and `bannedIds`. */
export const listFlaws: readonly Broken<UserStore>[] = [
  {
    flaw: 'looks for a thousand accounts at most',
    breaking: ({ byIds }) => ({ byIds: (ids) => byIds(ids.slice(0, 1000)) }),
    fails: ['users/by-ids'],
  },
  {
    flaw: 'leaves banned accounts out of a look-up by ids',
    breaking: ({ byIds }) => ({ byIds: async (ids) => (await byIds(ids)).filter((user) => !user.bannedAt) }),
    fails: ['users/by-ids'],
  },
  {
    flaw: 'answers the accounts it keeps to a look-up by ids',
    breaking({ byIds }) {
      const answered = new Map<string, UserRecord>()
      return {
        async byIds(ids) {
          const found = await byIds(ids)
          return found.map((user) => {
            const kept = answered.get(user.id) ?? user
            answered.set(user.id, kept)
            return kept
          })
        },
      }
    },
    fails: ['users/by-ids-copies'],
  },
  {
    flaw: 'names accounts that were banned when they were deleted',
    breaking({ bannedIds, byId, markDeleted }) {
      const deleted: string[] = []
      return {
        async markDeleted(id, at) {
          if ((await byId(id))?.bannedAt) deleted.push(id)
          return markDeleted(id, at)
        },
        bannedIds: async (keyset) => [...deleted, ...(await bannedIds(keyset))],
      }
    },
    fails: ['users/banned-ids'],
  },
  {
    flaw: 'names the banned accounts with the lowest ids first',
    breaking: ({ bannedIds }) => ({
      bannedIds: async ({ limit, before }) =>
        (await bannedIds({ limit: 100, before })).reverse().slice(0, limit),
    }),
    fails: ['users/banned-ids', 'users/banned-ids-page'],
  },
]
