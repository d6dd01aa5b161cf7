import { mostUnlisted } from './edge-kinds.ts'
import type { Fill } from './migration.ts'
import type { Statements } from './sqlite-database.ts'

/** How the tables of version 7 are called while their rows are moved, and the ones they are moved to. */
const oldPrefix = 'kith_old_'
export const newPrefix = 'kith_new_'

/** A table whose ids were text. */
interface Moved {
  /** The table without its prefix. */
  table: string
  /** What the person who waits reads. */
  name: string
  key: readonly string[]
  ids: readonly string[]
  others: readonly string[]
  /** Columns that are new, as they are computed. */
  made?: Readonly<Record<string, string>>
}

const tables: readonly Moved[] = [
  {
    table: 'users',
    name: 'accounts',
    key: ['id'],
    ids: ['id'],
    others: [
      'username',
      'email',
      'email_verified_at',
      'phone',
      'phone_verified_at',
      'name',
      'bio',
      'password_hash',
      'banned_at',
      'created_at',
      'deleted_at',
      'role',
      'session_epoch',
    ],
  },
  {
    table: 'held_usernames',
    name: 'held usernames',
    key: ['username'],
    ids: ['user_id'],
    others: ['username', 'held_until'],
  },
  {
    table: 'sessions',
    name: 'sessions',
    key: ['id'],
    ids: ['id', 'user_id'],
    others: [
      'epoch',
      'generation',
      'created_at',
      'rotated_at',
      'expires_at',
      'revoked_at',
      'device_name',
      'address',
      'user_agent',
    ],
  },
  {
    table: 'edges',
    name: 'follows, likes and saves',
    key: ['kind', 'from_id', 'to_id'],
    ids: ['from_id', 'to_id', 'id'],
    others: ['kind', 'hidden'],
    // Before the counts are moved.
    made: {
      listed: `coalesce((SELECT outgoing > ${mostUnlisted} FROM ${oldPrefix}edge_counts AS counts
        WHERE counts.kind = ${oldPrefix}edges.kind AND counts.node = ${oldPrefix}edges.from_id), 0)`,
    },
  },
  {
    table: 'edge_counts',
    name: 'counts of follows, likes and saves',
    key: ['kind', 'node'],
    ids: ['node'],
    others: ['kind', 'outgoing', 'incoming'],
  },
  { table: 'hidden_nodes', name: 'hidden accounts', key: ['node'], ids: ['node'], others: ['hidden'] },
  {
    table: 'posts',
    name: 'posts',
    key: ['id'],
    ids: ['id', 'author_id'],
    others: ['caption', 'created_at', 'edited_at', 'removed'],
  },
  {
    table: 'post_counts',
    name: 'counts of posts',
    key: ['author_id'],
    ids: ['author_id'],
    others: ['posts'],
    // After accounts and posts are moved.
    made: {
      newest: `(SELECT max(posts.id) FROM ${newPrefix}users AS author, ${newPrefix}posts AS posts
        WHERE author.id = unhex(${oldPrefix}post_counts.author_id, '-') AND banned_at IS NULL AND deleted_at IS NULL
          AND posts.author_id = author.id AND removed = 0)`,
    },
  },
  {
    table: 'media',
    name: 'media',
    key: ['id'],
    ids: ['id', 'owner_id', 'subject'],
    others: [
      'kind',
      'content_type',
      'created_at',
      'state',
      'measures',
      'use',
      'position',
      'alt',
      'claimed_by',
      'claimed_until',
    ],
  },
]

/** Sets the tables with text ids aside and makes their successors, which nothing uses until {@link putInPlace}. */
export const setAside: string = tables
  .map(({ table }) => `ALTER TABLE kith_${table} RENAME TO ${oldPrefix}${table};`)
  .join('\n')

/** Puts the successors in the place of the tables that are empty by now. */
export const putInPlace: string = tables
  .map(
    ({ table }) => `DROP TABLE ${oldPrefix}${table};
      ALTER TABLE ${newPrefix}${table} RENAME TO kith_${table};`,
  )
  .join('\n')

/** Moves the rows of each table in the order of their keys: a row is in the one table or the other, whenever a process dies. */
export const moves: readonly Fill[] = tables.map(({ table, name, key, ids, others, made = {} }) => {
  const [from, to] = [oldPrefix + table, newPrefix + table]
  const columns = [...ids, ...others, ...Object.keys(made)].join(', ')
  const values = [...ids.map((id) => `unhex(${id}, '-')`), ...others, ...Object.values(made)].join(', ')
  const keys = key.join(', ')
  const next = `FROM ${from} ORDER BY ${keys} LIMIT @limit`
  return {
    name,
    left: (statements) => rowsOf(statements, from),
    due: (statements) => rowsOf(statements, `kith_${table}`),
    change({ run }, limit) {
      run(`INSERT INTO ${to} (${columns}) SELECT ${values} ${next}`, { limit })
      return run(`DELETE FROM ${from} WHERE (${keys}) IN (SELECT ${keys} ${next})`, { limit })
    },
  }
})

function rowsOf({ get }: Statements, table: string): number {
  return get<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`)?.rows ?? 0
}
