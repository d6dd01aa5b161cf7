import { setImmediate as gap } from 'node:timers/promises'
import type { UserRecord, UserStore } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'

const cases = {
  ends: 'users/hold-until-end',
  timeless: 'users/hold-without-time',
  back: 'users/hold-former-owner',
  several: 'users/hold-several',
  refused: 'users/hold-refused-change',
  without: 'users/hold-none',
  deleted: 'users/hold-deleted',
  purge: 'users/hold-survives-purge',
  forgets: 'users/forget-usernames',
  rename: 'users/hold-rename-race',
  deletion: 'users/hold-delete-race',
  ended: 'users/hold-end-race',
  renames: 'users/hold-renames-race',
}

/** A millisecond after, or before. */
function shifted(date: Date, millis: number): Date {
  return new Date(date.getTime() + millis)
}

/** Flaws in the holds of usernames. */
export const holdFlaws: readonly Broken<UserStore>[] = [
  {
    flaw: 'holds no name of an account that lives on',
    breaking: ({ update }) => ({
      update: (id, changes, hold) => update(id, changes, hold && { ...hold, until: null }),
    }),
    fails: [cases.ends, cases.timeless, cases.several, cases.rename, cases.renames],
  },
  {
    flaw: 'ends a hold a millisecond late',
    breaking: ({ create, update }) => ({
      create: (user, now) => create(user, now && shifted(now, -1)),
      update: (id, changes, hold) => update(id, changes, hold && { ...hold, now: shifted(hold.now, -1) }),
    }),
    fails: [cases.ends],
  },
  {
    flaw: 'sees that a hold has ended, and gives the name to all that see it at the same time',
    breaking({ create }) {
      const seen = new Set<string | null>()
      return {
        async create(user, now) {
          const isSeen = seen.has(user.username)
          seen.add(user.username)
          await gap()
          const answer = await create(user, now)
          return isSeen ? { outcome: 'created' } : answer
        },
      }
    },
    fails: [cases.ended],
  },
  {
    flaw: 'takes no time for the end of all time',
    breaking: ({ create, update }) => ({
      create: (user, now = new Date(8.64e15)) => create(user, now),
      update: (id, changes, hold = { now: new Date(8.64e15), until: null }) => update(id, changes, hold),
    }),
    fails: [cases.timeless],
  },
  {
    flaw: 'holds a name against its former owner too',
    breaking({ byId, update }) {
      const given = new Set<string>()
      return {
        async update(id, changes, hold) {
          const before = (await byId(id))?.username
          const { username } = changes
          if (hold?.until && username && given.has(`${id} ${username}`)) {
            return { outcome: 'taken', taken: ['username'] }
          }
          const answer = await update(id, changes, hold)
          if (answer.outcome === 'updated' && before !== username) given.add(`${id} ${before}`)
          return answer
        },
      }
    },
    fails: [cases.back],
  },
  {
    flaw: 'holds no more than the last name',
    breaking({ update, forgetUsernames }) {
      return {
        async update(id, changes, hold) {
          if (hold?.until && changes.username !== undefined) await forgetUsernames(new Date(8.64e15), 100)
          return update(id, changes, hold)
        },
      }
    },
    fails: [cases.several],
  },
  {
    flaw: 'holds a name before it knows whether the change goes through',
    breaking({ create, update, byId, markDeleted }) {
      return {
        async update(id, changes, hold) {
          const answer = await update(id, changes, hold)
          if (answer.outcome === 'taken' && hold?.until) {
            const user = await byId(id)
            const stand = { ...(user as UserRecord), id: `${id}-stand`, email: null, phone: null }
            await create({ ...stand, username: `${stand.username}-stand` })
            await markDeleted(stand.id, hold.now, hold.until)
          }
          return answer
        },
      }
    },
    fails: [cases.refused],
  },
  {
    flaw: 'holds for 30 days where it is told nothing',
    breaking: ({ update }) => ({
      update: (id, changes, hold) =>
        update(id, changes, hold?.until ? hold : { now: new Date(0), until: new Date(8.64e15) }),
    }),
    fails: [cases.without],
  },
  {
    flaw: 'frees the name of a deleted account',
    breaking: ({ markDeleted }) => ({ markDeleted: (id, at) => markDeleted(id, at) }),
    fails: [cases.deleted, cases.purge, cases.deletion],
  },
  {
    flaw: 'forgets holds with the last trace of an account',
    breaking: ({ purge, forgetUsernames }) => ({
      async purge(id) {
        await purge(id)
        await forgetUsernames(new Date(8.64e15), 100)
      },
    }),
    fails: [cases.purge],
  },
  {
    flaw: 'forgets holds that have not ended',
    breaking: ({ forgetUsernames }) => ({
      forgetUsernames: (now, limit) => forgetUsernames(shifted(now, 1), limit),
    }),
    fails: [cases.forgets],
  },
  {
    flaw: 'gives a name up first and holds it later',
    breaking: ({ update, byId, create, markDeleted }) => ({
      async update(id, changes, hold) {
        if (!hold?.until || changes.username === undefined) return update(id, changes, hold)
        const before = await byId(id)
        const answer = await update(id, changes)
        await gap()
        if (before && answer.outcome === 'updated') {
          const stand = { ...before, id: `${id}-${Math.random()}`, email: null, phone: null }
          await create(stand)
          await markDeleted(stand.id, hold.now, hold.until)
        }
        return answer
      },
    }),
    fails: [cases.rename],
  },
  {
    flaw: 'deletes first and holds later',
    breaking: ({ byId, create, markDeleted }) => ({
      async create(user, now) {
        await gap()
        return create(user, now)
      },
      async markDeleted(id, at, heldUntil) {
        const before = await byId(id)
        const deleted = await markDeleted(id, at)
        await gap()
        await gap()
        if (deleted && before && heldUntil) {
          const stand = { ...before, id: `${id}-stand`, email: null, phone: null }
          await create(stand)
          await markDeleted(stand.id, at, heldUntil)
        }
        return deleted
      },
    }),
    fails: [cases.deletion],
  },
]
