import { changedUser } from '../accounts/changed-user.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import type {
  EndedEpoch,
  Identifier,
  IdentifierTexts,
  UserFilter,
  UserRecord,
  UserStore,
} from '../accounts/user-store.ts'
import { addToOutbox } from './memory-outbox-store.ts'
import { type MemoryState, oldestOf, pageOf } from './memory-state.ts'

const identifiers: readonly Identifier[] = ['username', 'email', 'phone']

/** How many accounts one step of a search reads: few, so that tests cover steps that find nothing. */
const lookedAt = 50

/** Accounts in a `Map`. Each verb runs to its end without awaiting, which makes it atomic here. */
export function createMemoryUserStore({ users: live, queues, credentials }: MemoryState): UserStore {
  const deleted = new Set<string>()
  /** Released usernames: by whom, and until when they are held. */
  const held = new Map<string, { userId: string; until: Date }>()

  function taken(user: UserRecord, now?: Date): Identifier[] {
    const others = [...live.values()].filter((other) => other.id !== user.id)
    return identifiers.filter(
      (name) =>
        user[name] !== null &&
        (others.some((other) => other[name] === user[name]) || (name === 'username' && isHeld(user, now))),
    )
  }

  function isHeld({ id, username }: UserRecord, now?: Date): boolean {
    const hold = held.get(username ?? '')
    return hold !== undefined && hold.userId !== id && (now === undefined || hold.until > now)
  }

  /** Records that a name is in use again, or released. */
  function note(before: UserRecord | null, after: UserRecord | null, until: Date | null = null): void {
    if (before?.username === after?.username) return
    held.delete(after?.username ?? '')
    if (before?.username && until) held.set(before.username, { userId: before.id, until: new Date(until) })
  }

  function replaceHash(
    id: string,
    { expected, next, raise }: { expected: string | null; next: string | null; raise: 0 | 1 },
    outbox?: OutboxRows,
  ): EndedEpoch | null {
    const user = live.get(id)
    if (!user || user.passwordHash !== expected) return null
    addToOutbox(queues, outbox?.() ?? [])
    const endedEpoch = user.sessionEpoch
    user.passwordHash = next
    user.sessionEpoch += raise
    return { endedEpoch }
  }

  return {
    async create(user, now, outbox) {
      if (live.has(user.id) || deleted.has(user.id)) return { outcome: 'id-in-use' }
      const conflicts = taken(user, now)
      if (conflicts.length > 0) return { outcome: 'taken', taken: conflicts }
      addToOutbox(queues, outbox?.() ?? [])
      live.set(user.id, structuredClone(user))
      note(null, user)
      return { outcome: 'created' }
    },
    async byId(id) {
      return structuredClone(live.get(id) ?? null)
    },
    async byIds(ids) {
      return structuredClone(ids.flatMap((id) => live.get(id) ?? []))
    },
    async byLogin(login) {
      const [[name, value] = ['username', ''] as const] = Object.entries(login) as [Identifier, string][]
      const found = [...live.values()].find((user) => user[name] === value)
      return structuredClone(found ?? null)
    },
    async update(id, changes, ...[hold, outbox]) {
      const before = live.get(id) ?? null
      const decided = changedUser(before, changes)
      if (!before || decided.outcome !== 'updated') return decided
      const { user } = decided
      const conflicts = taken(user, hold?.now)
      if (conflicts.length > 0) return { outcome: 'taken', taken: conflicts }
      addToOutbox(queues, outbox?.() ?? [])
      live.set(id, user)
      note(before, user, hold?.until)
      return { outcome: 'updated', user: structuredClone(user) }
    },
    async replacePassword(id, expected, ...[next, outbox]) {
      return replaceHash(id, { expected, next, raise: 1 }, outbox)
    },
    async upgradeHash(id, expected, next) {
      return replaceHash(id, { expected, next, raise: 0 }) !== null
    },
    async markDeleted(id, _at, ...[heldUntil, outbox]) {
      const before = live.get(id)
      if (!before) return null
      addToOutbox(queues, outbox?.() ?? [])
      live.delete(id)
      deleted.add(id)
      for (const each of [...credentials.values()]) if (each.userId === id) credentials.delete(each.id)
      note(before, null, heldUntil)
      return { endedEpoch: before.sessionEpoch }
    },
    async forgetUsernames(now, limit) {
      const ended = [...held].filter(([, { until }]) => until <= now).slice(0, limit)
      for (const [username] of ended) held.delete(username)
      return ended.length
    },
    async bannedIds(keyset) {
      const banned = [...live.values()].filter((user) => user.bannedAt !== null)
      return pageOf(banned, keyset).map((user) => user.id)
    },
    async endedBans(now, limit) {
      const until = (user: UserRecord): number => user.bannedUntil?.getTime() ?? Infinity
      const ended = [...live.values()].filter((user) => user.bannedAt && until(user) <= now.getTime())
      return ended
        .sort((a, b) => until(a) - until(b))
        .slice(0, limit)
        .map((user) => user.id)
    },
    async idsBeginning(begins, limit) {
      const found = [...live.values()].filter((user) => beginsWith(user, begins))
      return found.slice(0, limit).map((user) => user.id)
    },
    async idsContaining(texts, limit) {
      const found = [...live.values()].filter((user) => contains(user, texts))
      return found.slice(0, limit).map((user) => user.id)
    },
    async search(filter, { limit, before }) {
      const looked = pageOf(live.values(), { limit: lookedAt, before })
      const found = looked.filter((user) => matches(user, filter)).slice(0, limit)
      const isWhole = found.length < limit && looked.length < lookedAt
      const last = found.length < limit ? looked.at(-1) : found.at(-1)
      return { users: found, next: isWhole ? null : (last?.id ?? null) }
    },
    toPurge: async (limit) => oldestOf(deleted, limit),
    purge: async (id) => void deleted.delete(id),
  }
}

function beginsWith(user: UserRecord, texts: IdentifierTexts): boolean {
  return identifiers.some((name) => texts[name] && user[name]?.startsWith(texts[name]))
}

function contains(user: UserRecord, texts: IdentifierTexts): boolean {
  return identifiers.some((name) => texts[name] && user[name]?.includes(texts[name]))
}

function matches(user: UserRecord, filter: UserFilter): boolean {
  const { banned, waiting, role } = filter
  return (
    (banned === undefined || (user.bannedAt !== null) === banned) &&
    (waiting === undefined || (user.waitingSince !== null) === waiting) &&
    (role === undefined || user.role === role) &&
    (filter.begins === undefined || beginsWith(user, filter.begins)) &&
    (filter.contains === undefined || contains(user, filter.contains))
  )
}
