import type { DatabaseSync } from 'node:sqlite'
import { startProgress } from './progress.ts'

type Id = string | Uint8Array

/** Writes an SQLite file for the loaders, without the ports, which would take many times as long. */
export interface BulkLoad {
  database: DatabaseSync
  /** An id as the schema of the file stores it: 16 bytes, or a string in files of earlier checkouts. */
  id(text: string): Id
  /** Adds an edge unless it exists. A start node with more than 500 edges has a separate index. */
  addEdge(edge: { kind: number; from: Id; to: Id; id: Id; isListed?: boolean }): void
}

/**
 * Fills a migrated file without indexes and triggers, which are created again at the end: rows in the order of their keys are
 * appended, and an index is sorted once instead of growing at random places.
 */
export function loadInBulk(database: DatabaseSync, fill: (load: BulkLoad) => void): void {
  database.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -1000000')
  const rebuilt = database
    .prepare(
      "SELECT name, type, sql FROM sqlite_master WHERE type IN ('index', 'trigger') AND sql IS NOT NULL ORDER BY type",
    )
    .all() as { name: string; type: string; sql: string }[]
  for (const { name, type } of rebuilt) database.exec(`DROP ${type} ${name}`)
  database.exec('BEGIN')
  fill(createLoad(database))
  const building = startProgress('indexes, counts', rebuilt.length + 2)
  for (const { sql } of rebuilt.filter(({ type }) => type === 'index')) {
    database.exec(sql)
    building.advance()
  }
  database.exec(`INSERT INTO kith_edge_counts SELECT kind, node, sum(outgoing), sum(incoming) FROM (
      SELECT kind, from_id AS node, count(*) AS outgoing, 0 AS incoming FROM kith_edges GROUP BY kind, from_id
      UNION ALL SELECT kind, to_id, 0, count(*) FROM kith_edges GROUP BY kind, to_id) GROUP BY kind, node`)
  building.advance()
  const newest = hasColumn(database, 'kith_post_counts', 'newest') ? ', newest' : ''
  database.exec(`INSERT INTO kith_post_counts (author_id, posts${newest})
    SELECT author_id, count(*)${newest && ', max(id)'} FROM kith_posts GROUP BY author_id`)
  building.advance()
  for (const { sql } of rebuilt.filter(({ type }) => type === 'trigger')) database.exec(sql)
  database.exec('COMMIT; PRAGMA journal_mode = WAL')
  building.done()
}

/** How rows are written to a file of this checkout or of an earlier one. */
export function createLoad(database: DatabaseSync): BulkLoad {
  const row = database.prepare("SELECT type FROM pragma_table_info('kith_users') WHERE name = 'id'").get()
  const isText = row?.['type'] === 'TEXT'
  const listed = hasColumn(database, 'kith_edges', 'listed')
  const insert = database.prepare(
    `INSERT OR IGNORE INTO kith_edges (kind, from_id, to_id, id, hidden${listed ? ', listed' : ''})
      VALUES (?, ?, ?, ?, 0${listed ? ', ?' : ''})`,
  )
  return {
    database,
    id: isText ? (text) => text : (text) => Buffer.from(text.replaceAll('-', ''), 'hex'),
    addEdge({ kind, from, to, id, isListed = false }) {
      if (listed) insert.run(kind, from, to, id, isListed ? 1 : 0)
      else insert.run(kind, from, to, id)
    },
  }
}

function hasColumn(database: DatabaseSync, table: string, column: string): boolean {
  return (
    database.prepare('SELECT 1 FROM pragma_table_info(?) WHERE name = ?').get(table, column) !== undefined
  )
}
