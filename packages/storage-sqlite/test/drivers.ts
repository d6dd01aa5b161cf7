import { DatabaseSync } from 'node:sqlite'
import BetterSqlite from 'better-sqlite3'
import type { SqliteDatabase } from '../src/index.ts'

/** How the tests open a file with one of the drivers. */
export interface Driver {
  name: string
  open(path: string, options?: { readOnly: boolean }): SqliteDatabase
  /** With every setting different from what Kith needs. */
  openUnusual(path: string): SqliteDatabase
}

const nodeSqlite: Driver = {
  name: 'node:sqlite',
  open: (path, options = { readOnly: false }) => new DatabaseSync(path, options),
  openUnusual(path) {
    const switches = { readBigInts: true, returnArrays: true, allowBareNamedParameters: false }
    return new DatabaseSync(path, switches)
  },
}

const betterSqlite: Driver = {
  name: 'better-sqlite3',
  open: (path, { readOnly } = { readOnly: false }) => new BetterSqlite(path, { readonly: readOnly }),
  openUnusual: (path) => new BetterSqlite(path).defaultSafeIntegers(true),
}

// better-sqlite3 13 crashes a process whose Node lacks Node-API 10, which was added in 22.14.
const hasNodeApi10 = Number(process.versions['napi']) >= 10

/** The drivers that run on this Node. */
export const drivers: readonly Driver[] = hasNodeApi10 ? [nodeSqlite, betterSqlite] : [nodeSqlite]
