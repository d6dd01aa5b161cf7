import type { Identifier, UserFilter, UserSearchResult, UserStore } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { fromHex, toStored } from './ids.ts'
import { beforeEveryId, beforeOrEnd } from './keyset.ts'
import { toMillis } from './millis.ts'
import type { SqliteParameters } from './sqlite-database.ts'
import { userColumns, userFromRow, type UserRow } from './user-row.ts'

/** The range of a search: all accounts, banned ones, waiting ones, or those of a rare role. */
type Walk = 'All' | 'Banned' | 'Waiting' | 'OfRole'

const walks: Readonly<Record<Walk, string>> = Object.freeze({
  All: 'true',
  // In the form of the partial indexes.
  Banned: 'banned_at IS NOT NULL AND deleted_at IS NULL',
  Waiting: 'waiting_since IS NOT NULL AND deleted_at IS NULL',
  OfRole: "role = @role AND role <> 'member'",
})

/** How many accounts one step reads, which is about a millisecond. */
const lookedAt = 1_000

const matching = `deleted_at IS NULL AND (@banned IS NULL OR (banned_at IS NOT NULL) = @banned)
  AND (@waiting IS NULL OR (waiting_since IS NOT NULL) = @waiting) AND (@role IS NULL OR role = @role)
  AND (@any OR username BETWEEN @username AND @usernameEnd OR email BETWEEN @email AND @emailEnd OR phone BETWEEN @phone AND @phoneEnd)`

function floor(walk: Walk): string {
  return `SELECT hex(id) AS id FROM kith_users WHERE ${walks[walk]} AND id < @before
    ORDER BY kith_users.id DESC LIMIT 1 OFFSET ${lookedAt - 1}`
}

function search(walk: Walk): string {
  return `SELECT ${userColumns} FROM kith_users WHERE ${walks[walk]} AND id < @before AND id >= @floor AND ${matching}
    ORDER BY kith_users.id DESC LIMIT @limit`
}

function beginning(name: Identifier): string {
  return `SELECT hex(id) AS id FROM kith_users WHERE ${name} BETWEEN @begin AND @end LIMIT @limit`
}

type UserListStatement =
  'endedBans' | `floor${Walk}` | `search${Walk}` | 'beginningUsername' | 'beginningEmail' | 'beginningPhone'

/** The statements of the lists that the host reads. */
export const userListStatements: Readonly<Record<UserListStatement, string>> = Object.freeze({
  endedBans: `SELECT hex(id) AS id FROM kith_users
    WHERE banned_until <= @now AND banned_at IS NOT NULL AND deleted_at IS NULL ORDER BY banned_until LIMIT @limit`,
  floorAll: floor('All'),
  floorBanned: floor('Banned'),
  floorWaiting: floor('Waiting'),
  floorOfRole: floor('OfRole'),
  searchAll: search('All'),
  searchBanned: search('Banned'),
  searchWaiting: search('Waiting'),
  searchOfRole: search('OfRole'),
  beginningUsername: beginning('username'),
  beginningEmail: beginning('email'),
  beginningPhone: beginning('phone'),
})

/** The lists of the user store for the host: bans that end, and searches. */
export function createUserLists({
  read,
  consistently,
  get,
  all,
}: Connection): Pick<UserStore, 'endedBans' | 'idsBeginning' | 'search'> {
  const idsOf = (sql: string, parameters: SqliteParameters): string[] =>
    all<{ id: string }>(sql, parameters).map(({ id }) => fromHex(id))

  return {
    endedBans(now, limit) {
      return read(() => idsOf(userListStatements.endedBans, { now: toMillis(now), limit }))
    },
    idsBeginning(begins, limit) {
      return read(() => {
        const found = new Set<string>()
        for (const [name, sql] of beginnings) {
          const begin = begins[name]
          if (!begin) continue
          for (const id of idsOf(sql, { begin, end: endOf(begin), limit })) found.add(id)
        }
        return [...found].slice(0, limit)
      })
    },
    search(filter, keyset) {
      return consistently((): UserSearchResult => {
        const walk = walkOf(filter)
        const before = beforeOrEnd(keyset.before)
        const ofRole = walk === 'OfRole' ? { role: filter.role ?? '' } : {}
        const floor = get<{ id: string }>(userListStatements[`floor${walk}`], { before, ...ofRole })
        const users = all<UserRow>(userListStatements[`search${walk}`], {
          before,
          floor: floor ? toStored(fromHex(floor.id)) : beforeEveryId,
          limit: keyset.limit,
          ...valuesOf(filter),
        }).map(userFromRow)
        const last = users.length < keyset.limit ? floor && fromHex(floor.id) : users.at(-1)?.id
        return { users, next: last ?? null }
      })
    },
  }
}

const beginnings: readonly (readonly [Identifier, string])[] = [
  ['username', userListStatements.beginningUsername],
  ['email', userListStatements.beginningEmail],
  ['phone', userListStatements.beginningPhone],
]

function walkOf({ banned, waiting, role }: UserFilter): Walk {
  if (waiting) return 'Waiting'
  if (banned) return 'Banned'
  return role !== undefined && role !== 'member' ? 'OfRole' : 'All'
}

function valuesOf({ banned, waiting, role, begins }: UserFilter): SqliteParameters {
  const names = beginnings.map(([name]) => [name, begins?.[name] || null] as const)
  return {
    banned: banned === undefined ? null : Number(banned),
    waiting: waiting === undefined ? null : Number(waiting),
    role: role ?? null,
    any: Number(begins === undefined),
    ...Object.fromEntries(names),
    ...Object.fromEntries(names.map(([name, begin]) => [`${name}End`, begin && endOf(begin)])),
  }
}

/** The upper bound of strings with this prefix: no string contains a later character. */
function endOf(begin: string): string {
  return `${begin}\u{10ffff}`
}
