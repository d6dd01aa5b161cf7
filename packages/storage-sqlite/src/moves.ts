import { mostUnlisted } from './edge-kinds.ts'
import type { Fill } from './migration.ts'
import type { Statements } from './statements.ts'

/** The names of the tables of version 7 while their rows are moved, and of the new ones. */
const oldPrefix = 'kith_old_'
export const newPrefix = 'kith_new_'

/** A table whose ids were strings. */
interface Moved {
  /** The table without its prefix. */
  table: string
  /** The description for the person who waits. */
  name: string
  /** New columns, with their expressions. */
  made?: Readonly<Record<string, string>>
}

const tables: readonly Moved[] = [
  { table: 'users', name: 'accounts' },
  { table: 'held_usernames', name: 'held usernames' },
  { table: 'sessions', name: 'sessions' },
  {
    table: 'edges',
    name: 'follows, likes and saves',
    // Before the counts are moved.
    made: {
      listed: `coalesce((SELECT outgoing > ${mostUnlisted} FROM ${oldPrefix}edge_counts AS counts
        WHERE counts.kind = ${oldPrefix}edges.kind AND counts.node = ${oldPrefix}edges.from_id), 0)`,
    },
  },
  { table: 'edge_counts', name: 'counts of follows, likes and saves' },
  { table: 'hidden_nodes', name: 'hidden accounts' },
  { table: 'posts', name: 'posts' },
  {
    table: 'post_counts',
    name: 'counts of posts',
    // After accounts and posts are moved.
    made: {
      newest: `(SELECT max(posts.id) FROM ${newPrefix}users AS author, ${newPrefix}posts AS posts
        WHERE author.id = unhex(${oldPrefix}post_counts.author_id, '-') AND banned_at IS NULL AND deleted_at IS NULL
          AND posts.author_id = author.id AND removed = 0)`,
    },
  },
  { table: 'media', name: 'media' },
]

/** Renames the tables with string ids and creates their successors, which nothing uses until {@link putInPlace}. */
export const setAside: string = tables
  .map(({ table }) => `ALTER TABLE kith_${table} RENAME TO ${oldPrefix}${table};`)
  .join('\n')

/** Puts the successors in the place of the tables, which are empty by now. */
export const putInPlace: string = tables
  .map(
    ({ table }) => `DROP TABLE ${oldPrefix}${table};
      ALTER TABLE ${newPrefix}${table} RENAME TO kith_${table};`,
  )
  .join('\n')

/** A column that a table had and still has. */
interface KeptColumn {
  name: string
  type: string
  /** Its position in the key from 1; 0 if it is not part of it. */
  pk: number
}

/**
 * Moves the rows of each table in the order of their keys: a row is in one table or the other, whenever a process dies.
 */
export const moves: readonly Fill[] = tables.map(({ table, name, made = {} }) => {
  const [from, to] = [oldPrefix + table, newPrefix + table]
  return {
    name,
    left: (statements) => rowsOf(statements, from),
    due: (statements) => rowsOf(statements, `kith_${table}`),
    change({ run, all }, limit) {
      const kept = all<KeptColumn>(
        `SELECT name, new.type, new.pk FROM pragma_table_info('${to}') AS new
          JOIN pragma_table_info('${from}') USING (name) ORDER BY new.pk`,
      )
      const keys = kept.filter(({ pk }) => pk > 0).map((column) => column.name)
      const next = `FROM ${from} ORDER BY ${keys.join(', ')} LIMIT @limit`
      const columns = [...kept.map((column) => column.name), ...Object.keys(made)]
      const ids = kept.map((column) => (column.type === 'BLOB' ? `unhex(${column.name}, '-')` : column.name))
      const values = [...ids, ...Object.values(made)]
      run(`INSERT INTO ${to} (${columns.join(', ')}) SELECT ${values.join(', ')} ${next}`, { limit })
      return run(`DELETE FROM ${from} WHERE (${keys.join(', ')}) IN (SELECT ${keys.join(', ')} ${next})`, {
        limit,
      })
    },
  }
})

function rowsOf({ get }: Statements, table: string): number {
  return get<{ rows: number }>(`SELECT count(*) AS rows FROM ${table}`)?.rows ?? 0
}
