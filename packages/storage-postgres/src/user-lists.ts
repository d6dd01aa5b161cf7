import type { Identifier, IdentifierTexts, UserFilter, UserStore } from '@kith/core/ports'
import type { Connection } from './connection.ts'
import type { Values } from './values.ts'
import { beforeOrEnd, firstId } from './ids.ts'
import { moment, toMillis } from './moments.ts'
import { hasTrigrams } from './trigrams.ts'
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

const names: readonly Identifier[] = ['username', 'email', 'phone']

const beginsSo = names.map((name) => `${name} BETWEEN @${name} AND @${name}End`)
const containsIt = (name: Identifier): string => `${name} LIKE @${name}Part`

const matching = `deleted_at IS NULL AND (@banned::boolean IS NULL OR (banned_at IS NOT NULL) = @banned::boolean)
    AND (@waiting::boolean IS NULL OR (waiting_since IS NOT NULL) = @waiting::boolean)
    AND (@role::text IS NULL OR role = @role) AND (@any::boolean OR ${beginsSo.join(' OR ')} OR ${names.map(containsIt).join(' OR ')})`

/** One statement, so that both of its parts see the same moment. The floor is returned even if nothing matches. */
function search(walk: Walk): string {
  return `SELECT floor.id AS floor, found.* FROM
    (SELECT (SELECT id FROM kith.users WHERE ${walks[walk]} AND id < @before
      ORDER BY id DESC LIMIT 1 OFFSET ${lookedAt - 1}) AS id) AS floor
    LEFT JOIN LATERAL (SELECT ${userColumns} FROM kith.users
      WHERE ${walks[walk]} AND id < @before AND id >= coalesce(floor.id, '${firstId}') AND ${matching}
      ORDER BY id DESC LIMIT @limit) AS found ON true
    ORDER BY found.id DESC`
}

type UserListStatement = 'endedBans' | `search${Walk}` | 'beginning' | 'containing'

/** The statements of the lists that the host reads. */
export const userListStatements: Readonly<Record<UserListStatement, string>> = Object.freeze({
  endedBans: `SELECT id FROM kith.users
    WHERE banned_until <= ${moment('now')} AND banned_at IS NOT NULL AND deleted_at IS NULL
    ORDER BY banned_until LIMIT @limit`,
  searchAll: search('All'),
  searchBanned: search('Banned'),
  searchWaiting: search('Waiting'),
  searchOfRole: search('OfRole'),
  beginning: `SELECT DISTINCT id FROM (${beginsSo
    .map((condition) => `(SELECT id FROM kith.users WHERE ${condition} LIMIT @limit)`)
    .join(' UNION ALL ')}) AS found LIMIT @limit`,
  // Materialized, because a server that knows of the LIMIT reads the table instead of the index, in the hope of finding enough soon. An
  // account is found once for each identifier, so three times as many rows have enough accounts.
  containing: `WITH indexed AS MATERIALIZED (SELECT ${hasTrigrams} AS there),
    matching AS MATERIALIZED (${names
      .map((name) => `SELECT id FROM kith.users WHERE (SELECT there FROM indexed) AND ${containsIt(name)}`)
      .join(' UNION ALL ')})
    SELECT indexed.there, found.id FROM indexed
    LEFT JOIN (SELECT id FROM matching LIMIT ${names.length} * @limit::bigint) AS found ON true`,
})

/** The lists of the user store for the host: bans that end, and searches. */
export function createUserLists({
  all,
  shown,
}: Connection): Required<Pick<UserStore, 'endedBans' | 'idsBeginning' | 'idsContaining' | 'search'>> {
  const idsFrom = (rows: readonly { id: string }[]): string[] => rows.map(({ id }) => id)

  return {
    endedBans: async (now, limit) =>
      idsFrom(await all(userListStatements.endedBans, { now: toMillis(now), limit })),
    idsBeginning: async (begins, limit) =>
      idsFrom(await shown.all(userListStatements.beginning, { ...rangesOf(begins), limit })),
    async idsContaining(contains, limit) {
      const rows = await shown.all<{ there: boolean; id: string | null }>(userListStatements.containing, {
        ...partsOf(contains),
        limit,
      })
      const ids = rows.flatMap(({ id }) => id ?? [])
      return rows[0]?.there ? [...new Set(ids)].slice(0, limit) : null
    },
    async search(filter, keyset) {
      const rows = await shown.all<UserRow & { floor: string | null }>(
        userListStatements[`search${walkOf(filter)}`],
        {
          before: beforeOrEnd(keyset.before),
          limit: keyset.limit,
          banned: filter.banned ?? null,
          waiting: filter.waiting ?? null,
          role: filter.role ?? null,
          any: filter.begins === undefined && filter.contains === undefined,
          ...rangesOf(filter.begins),
          ...partsOf(filter.contains),
        },
      )
      const found = rows.filter(({ id }: { id: string | null }) => id !== null)
      const users = found.map(userFromRow)
      const floor = rows[0]?.floor ?? null
      return { users, next: users.length < keyset.limit ? floor : (users.at(-1)?.id ?? null) }
    },
  }
}

function walkOf({ banned, waiting, role }: UserFilter): Walk {
  if (waiting) return 'Waiting'
  if (banned) return 'Banned'
  return role !== undefined && role !== 'member' ? 'OfRole' : 'All'
}

/** Where each identifier begins so. Nothing in a text sorts after this character. */
function rangesOf(begins: IdentifierTexts = {}): Values {
  return Object.fromEntries(
    names.flatMap((name) => {
      const begin = begins[name] || null
      return [
        [name, begin],
        [`${name}End`, begin && `${begin}\u{10ffff}`],
      ]
    }),
  )
}

/** What each identifier is compared with by LIKE. */
function partsOf(contains: IdentifierTexts = {}): Values {
  return Object.fromEntries(
    names.map((name) => {
      const part = contains[name]?.replaceAll(/[%_\\]/g, String.raw`\$&`)
      return [`${name}Part`, part ? `%${part}%` : null]
    }),
  )
}
