import type { Identifier, UserFilter, UserSearchResult, UserStore } from '@kith/core/ports'
import type { Filter } from 'mongodb'
import type { Connection } from './connection.ts'
import { below } from './keyset.ts'
import { identifiers, living, type UserDocument, userFrom } from './user-document.ts'

/** How many accounts one step reads, so that a search does not block the server. */
const lookedAt = 1_000

/** The lists of the user store for the host: bans that end, and searches. */
export function createUserLists({
  call,
}: Pick<Connection, 'call'>): Pick<UserStore, 'endedBans' | 'idsBeginning' | 'search'> {
  return {
    endedBans: (now, limit) =>
      call('users.endedBans', async ({ collections: { users } }) => {
        const ended: Filter<UserDocument> = { banned: true, bannedUntil: { $lte: now } }
        const reading = { fields: ['_id'], sort: { bannedUntil: 1 }, limit, index: 'banEnds' } as const
        return (await users.find(ended, reading)).map(({ _id }) => _id)
      }),
    idsBeginning: (begins, limit) =>
      call('users.idsBeginning', async ({ collections: { users } }) => {
        const found = new Set<string>()
        for (const name of identifiers) {
          const begin = begins[name]
          if (!begin) continue
          const rows = await users.find(beginsWith(name, begin), { fields: ['_id'], limit, index: name })
          for (const { _id } of rows) found.add(_id)
        }
        return [...found].slice(0, limit)
      }),
    search: (filter, { limit, before }) =>
      call('users.search', async ({ collections: { users } }): Promise<UserSearchResult> => {
        const { walk, index } = walkOf(filter)
        const looked = matching(filter)
        if (!looked) return { users: [], next: null }
        const reading = { sort: { _id: -1 }, index } as const
        const from = { ...walk, ...below('_id', before) }
        const [end] = await users.find(from, { ...reading, fields: ['_id'], skip: lookedAt - 1, limit: 1 })
        const range = { ...(before !== null && { $lt: before }), ...(end && { $gte: end._id }) }
        const within = { ...looked, ...walk, ...(Object.keys(range).length > 0 && { _id: range }) }
        const rows = await users.find(within as Filter<UserDocument>, { ...reading, limit })
        const last = rows.length < limit ? end : rows.at(-1)
        return { users: rows.map(userFrom), next: last?._id ?? null }
      }),
  }
}

/** The range of a search: all accounts, banned ones, waiting ones, or those of a rare role. */
function walkOf({ banned, waiting, role }: UserFilter): { walk: Filter<UserDocument>; index: string } {
  if (waiting) return { walk: { waiting: true }, index: 'waiting' }
  if (banned) return { walk: { banned: true }, index: 'banned' }
  if (role !== undefined && role !== 'member') return { walk: { role }, index: 'ofRole' }
  return { walk: {}, index: '_id_' }
}

/** The condition for an account; `null` if none can match. */
function matching({ banned, waiting, role, begins }: UserFilter): Filter<UserDocument> | null {
  const alternatives = identifiers.flatMap((name) => {
    const begin = begins?.[name]
    return begin ? [beginsWith(name, begin)] : []
  })
  if (begins && alternatives.length === 0) return null
  // An account without a role is from a release without roles.
  const roles = role === 'member' ? { $in: ['member', null] } : role
  return {
    deletedAt: { $exists: false },
    ...(banned === false && { banned: living.banned }),
    ...(waiting === false && { waiting: { $exists: false } }),
    ...(roles !== undefined && { role: roles as string }),
    ...(begins && { $or: alternatives }),
  }
}

function beginsWith(name: Identifier, begin: string): Filter<UserDocument> {
  return { [name]: { $gte: begin, $lte: `${begin}\u{10ffff}` } }
}
