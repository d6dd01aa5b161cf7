import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Storage } from '@kith/core/ports'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { openBenchPostgres } from './bench-postgres.ts'

/** The storage of a benchmark, migrated and empty. */
export interface BenchStorage {
  storage: Storage
  /** What it is, for the heading of figures. */
  place: string
  close(): Promise<void>
}

/** An SQLite file, or with `--postgres` a schema on PostgreSQL (see {@link openBenchPostgres}). */
export async function openBenchStorage(): Promise<BenchStorage> {
  if (process.argv.includes('--postgres')) {
    const postgres = await openBenchPostgres(10)
    const { storage } = await postgres.freshStorage()
    return { storage, place: 'PostgreSQL', close: () => postgres.close() }
  }
  const folder = mkdtempSync(join(tmpdir(), 'kith-bench-'))
  const storage = createSqliteStorage({ path: join(folder, 'app.db') })
  await storage.migrate()
  return {
    storage,
    place: 'SQLite',
    async close() {
      await storage.close()
      rmSync(folder, { recursive: true })
    },
  }
}
