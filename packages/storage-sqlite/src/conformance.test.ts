import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { runCases, sessionStoreCases, storageCases, userStoreCases } from '@kith/conformance'
import type { Storage } from '@kith/core'
import BetterSqlite from 'better-sqlite3'
import { afterAll, describe, test } from 'vitest'
import { createSqliteStorage, type SqliteStorageOptions } from './index.ts'

const folder = mkdtempSync(join(tmpdir(), 'kith-sqlite-'))
let files = 0
const freshPath = (): string => join(folder, `${++files}.db`)

afterAll(() => rmSync(folder, { recursive: true }))

const settings: Record<string, () => SqliteStorageOptions> = {
  'a path': () => ({ path: freshPath() }),
  'a database of node:sqlite': () => ({ database: new DatabaseSync(freshPath()) }),
  'a database of better-sqlite3': () => ({ database: new BetterSqlite(freshPath()) }),
  'a database of node:sqlite with unusual settings': () => ({
    database: new DatabaseSync(freshPath(), {
      readBigInts: true,
      returnArrays: true,
      allowBareNamedParameters: false,
    } as object),
  }),
  'a database of better-sqlite3 with unusual settings': () => ({
    database: new BetterSqlite(freshPath()).defaultSafeIntegers(true),
  }),
}

describe.each(Object.entries(settings))('SQLite storage on %s', (_, options) => {
  async function migrated(): Promise<Storage> {
    const storage = createSqliteStorage(options())
    await storage.migrate()
    return storage
  }
  runCases(test, userStoreCases, async () => (await migrated()).users)
  runCases(test, sessionStoreCases, async () => (await migrated()).sessions)
  runCases(test, storageCases, async () => createSqliteStorage(options()))
})
