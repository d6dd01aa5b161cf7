import { KithError } from '../errors.ts'
import type { Identifier, UserRecord, UserStore } from '../accounts/user-store.ts'
import { dueRemovals, type MemoryRemovals, notePurge } from './memory-removals.ts'
import { type MemoryState, pageOf } from './memory-state.ts'

const identifiers: readonly Identifier[] = ['username', 'email', 'phone']

/** Accounts in a `Map`. Each verb runs to its end without waiting, which is what makes it atomic here. */
export function createMemoryUserStore({ users: live }: MemoryState): UserStore {
  const deleted: MemoryRemovals = new Map()

  function taken(user: UserRecord): Identifier[] {
    const others = [...live.values()].filter((other) => other.id !== user.id)
    return identifiers.filter(
      (name) => user[name] !== null && others.some((other) => other[name] === user[name]),
    )
  }

  return {
    async create(user) {
      if (live.has(user.id) || deleted.has(user.id))
        throw new KithError('storage-failed', { detail: 'The id is in use.' })
      const conflicts = taken(user)
      if (conflicts.length > 0) return { outcome: 'taken', taken: conflicts }
      live.set(user.id, structuredClone(user))
      return { outcome: 'created' }
    },
    async byId(id) {
      return structuredClone(live.get(id) ?? null)
    },
    async byIds(ids) {
      return structuredClone(ids.flatMap((id) => live.get(id) ?? []))
    },
    async byLogin(login) {
      const found = [...live.values()].find((user) =>
        'email' in login ? user.email === login.email : user.username === login.username,
      )
      return structuredClone(found ?? null)
    },
    async update(id, changes) {
      const before = live.get(id)
      if (!before) return { outcome: 'missing' }
      const user = { ...before, ...structuredClone(changes) }
      const conflicts = taken(user)
      if (conflicts.length > 0) return { outcome: 'taken', taken: conflicts }
      live.set(id, user)
      return { outcome: 'updated', user: structuredClone(user) }
    },
    async replacePassword(id, expected, next) {
      const user = live.get(id)
      if (!user || user.passwordHash !== expected) return false
      user.passwordHash = next
      return true
    },
    async markDeleted(id) {
      if (!live.delete(id)) return false
      deleted.set(id, null)
      return true
    },
    async bannedIds(keyset) {
      const banned = [...live.values()].filter((user) => user.bannedAt !== null)
      return pageOf(banned, keyset).map((user) => user.id)
    },
    toPurge: async (now, limit) => dueRemovals(deleted, now, limit),
    purge: async (id, again) => notePurge(deleted, id, again),
  }
}
