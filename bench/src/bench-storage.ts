import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Storage } from '@kith/core/ports'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { openBenchPostgres } from './bench-postgres.ts'

/** The storage of a benchmark, migrated and empty. */
export interface BenchStorage {
  storage: Storage
  /** Its name, for the heading of figures. */
  place: string
  /** Makes this many nonexistent people follow an account, without the ports and without counting. */
  addFollowers(of: string, followers: number): Promise<unknown>
  close(): Promise<void>
}

/** An SQLite file, or with `--postgres` a schema on PostgreSQL (see {@link openBenchPostgres}). */
export async function openBenchStorage(): Promise<BenchStorage> {
  if (process.argv.includes('--postgres')) {
    const postgres = await openBenchPostgres(10)
    const { storage, schema } = await postgres.freshStorage()
    return {
      storage,
      place: 'PostgreSQL',
      addFollowers: (of, followers) =>
        postgres.pool.query(
          `INSERT INTO ${schema}.edges (kind, from_id, to_id, id, hidden)
            SELECT 1, lpad(to_hex(n), 32, '0')::uuid, $1, lpad(to_hex(n), 32, '0')::uuid, 0 FROM generate_series(1, $2::int) AS n`,
          [of, followers],
        ),
      close: () => postgres.close(),
    }
  }
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-'))
  const path = join(folder, 'app.db')
  const storage = createSqliteStorage({ path })
  await storage.migrate()
  return {
    storage,
    place: 'SQLite',
    async addFollowers(of, followers) {
      const database = new DatabaseSync(path)
      database
        .prepare(
          `WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?)
            INSERT INTO kith_edges (kind, from_id, to_id, id, hidden, listed)
            SELECT 1, unhex(printf('%032x', i)), unhex(?, '-'), unhex(printf('%032x', i)), 0, 0 FROM n`,
        )
        .run(followers, of)
      database.close()
    },
    async close() {
      await storage.close()
      rmSync(folder, { recursive: true })
    },
  }
}
