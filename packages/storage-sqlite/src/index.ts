import type { Storage } from '@kith/core'
import { backup } from './backup.ts'
import { createConnection } from './database.ts'
import { createEdgeStore } from './edge-store.ts'
import { createFactStore } from './fact-store.ts'
import { createFeedStore } from './feed-store.ts'
import { createMediaStore } from './media-store.ts'
import { checkSchema, migrate, plan } from './migrate.ts'
import { checkOptions, type SqliteStorageOptions } from './options.ts'
import { createPostStore } from './post-store.ts'
import { createSessionStore } from './session-store.ts'
import { createUserStore } from './user-store.ts'

export type { Durability, SqliteFileOptions, SqliteHandleOptions, SqliteStorageOptions } from './options.ts'
export type { SqliteDatabase, SqliteParameters, SqliteStatement, SqliteValue } from './sqlite-database.ts'

/** A {@link Storage} that can be copied while it is in use. */
export interface SqliteStorage extends Storage {
  /**
   * Copies the database, as it is at one moment, to a file that does not exist: it is there whole or not at all, also after
   * a power cut. Runs in a thread of its own, and readers and writers go on meanwhile. Media are not in it: copy them afterwards.
   * @throws storage-failed, storage-full, storage-busy
   */
  backup(path: string): Promise<void>
}

/**
 * Keeps everything in one SQLite file. Nothing is opened or written here: the file is opened at the first use, which
 * is normally `migrate()`.
 * @throws TypeError for options that do not go together. The stores raise `storage-busy`, `storage-full` and
 * `storage-failed`.
 */
export function createSqliteStorage(options: SqliteStorageOptions): SqliteStorage {
  const settings = { ...options }
  checkOptions(settings)
  const connection = createConnection(settings)
  return {
    users: createUserStore(connection),
    sessions: createSessionStore(connection),
    edges: createEdgeStore(connection),
    posts: createPostStore(connection),
    media: createMediaStore(connection),
    feed: createFeedStore(connection),
    facts: createFactStore(connection),
    migrate: (how) => migrate(connection, how),
    plan: () => plan(connection),
    recover: async () => {},
    check: () => connection.read(() => checkSchema(connection)),
    backup: (path) => backup(connection, path),
    close: () => connection.close(),
  }
}
