import { joinStores, type Storage, type Stores } from '@kith/core/ports'
import { backup, integrity } from './copy-and-check.ts'
import { createAuditStore } from './audit-store.ts'
import { createCodeStore } from './code-store.ts'
import { createCredentialStore } from './credential-store.ts'
import { createConnectionWithin } from './connection-within.ts'
import { type Connection, createConnection } from './database.ts'
import { createEdgeStore } from './edge-store.ts'
import { createFactStore } from './fact-store.ts'
import { createFeedStore } from './feed-store.ts'
import { createMediaStore } from './media-store.ts'
import { checkSchema, migrate, plan } from './migrate.ts'
import { checkOptions, type SqliteStorageOptions } from './options.ts'
import { createOutboxStore } from './outbox-store.ts'
import { createPostStore } from './post-store.ts'
import { createSessionStore } from './session-store.ts'
import type { SqliteDatabase } from './sqlite-database.ts'
import { createUserStore } from './user-store.ts'

export type { Durability, SqliteFileOptions, SqliteHandleOptions, SqliteStorageOptions } from './options.ts'
export type { SqliteDatabase, SqliteParameters, SqliteStatement, SqliteValue } from './sqlite-database.ts'

/** A storage in a file, with operations that only a file has. */
export interface SqliteStorage extends Storage {
  /**
   * Writes a copy of the database, as it is at one moment, to a file that must not exist, readable by this user only. A
   * separate process does the work: calls continue meanwhile, including writing ones. A failure leaves no file.
   */
  backup(path: string): Promise<void>
  /** The problems that SQLite's `quick_check` finds in the file, also in a separate process; empty if it is sound. */
  integrity(): Promise<readonly string[]>
}

/**
 * Keeps everything in one SQLite file. Nothing is opened or written here: the file is opened on first use, which is
 * normally `migrate()`.
 * @throws TypeError for options that contradict each other. The stores raise `storage-busy`, `storage-full`,
 * `storage-read-only`, `storage-unavailable` and `storage-failed`.
 */
export function createSqliteStorage(options: SqliteStorageOptions): SqliteStorage {
  const settings = { ...options }
  checkOptions(settings)
  const connection = createConnection(settings)
  return {
    ...storesOn(connection),
    migrate: (how) => migrate(connection, how),
    plan: () => plan(connection),
    check: () => connection.read(() => checkSchema(connection)),
    backup: (path) => backup(connection, path),
    integrity: () => integrity(connection),
    within: (transaction) => storesOn(createConnectionWithin(demandDatabase(transaction))),
    close: () => connection.close(),
  }
}

function storesOn(connection: Connection): Stores {
  return joinStores({
    users: createUserStore(connection),
    sessions: createSessionStore(connection),
    edges: createEdgeStore(connection),
    posts: createPostStore(connection),
    media: createMediaStore(connection),
    feed: createFeedStore(connection),
    facts: createFactStore(connection),
    outbox: createOutboxStore(connection, 'events'),
    messages: createOutboxStore(connection, 'messages'),
    audit: createAuditStore(connection),
    codes: createCodeStore(connection),
    credentials: createCredentialStore(connection),
  })
}

function demandDatabase(transaction: unknown): SqliteDatabase {
  const { prepare, exec } = (transaction ?? {}) as Partial<SqliteDatabase>
  if (typeof prepare === 'function' && typeof exec === 'function') return transaction as SqliteDatabase
  throw new TypeError(
    'kith.within: give the open database (a DatabaseSync of node:sqlite, or one of better-sqlite3) on which you have begun a transaction',
  )
}
