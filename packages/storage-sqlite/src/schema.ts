import { KithError } from '@kith/core'
import type { Connection } from './database.ts'

interface Migration {
  readonly version: number
  readonly statements: string
}

/**
 * The schema, step by step. A released step never changes; a change is a new step.
 * Dates are milliseconds since 1970. There are no foreign keys: upkeep removes what an account leaves behind, in
 * small steps. Deleted accounts hold NULL in their UNIQUE columns, which frees the identifiers.
 */
export const migrations: readonly Migration[] = Object.freeze([
  {
    version: 1,
    statements: `
      CREATE TABLE kith_users (
        id TEXT PRIMARY KEY,
        username TEXT UNIQUE,
        email TEXT UNIQUE,
        email_verified_at INTEGER,
        phone TEXT UNIQUE,
        phone_verified_at INTEGER,
        name TEXT NOT NULL,
        bio TEXT NOT NULL,
        password_hash TEXT,
        banned_at INTEGER,
        created_at INTEGER NOT NULL,
        deleted_at INTEGER
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX kith_users_deleted ON kith_users (id) WHERE deleted_at IS NOT NULL;
      CREATE TABLE kith_sessions (
        id TEXT PRIMARY KEY,
        user_id TEXT NOT NULL,
        generation INTEGER NOT NULL,
        created_at INTEGER NOT NULL,
        rotated_at INTEGER NOT NULL,
        expires_at INTEGER NOT NULL,
        revoked_at INTEGER,
        device_name TEXT,
        address TEXT,
        user_agent TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX kith_sessions_unrevoked ON kith_sessions (user_id, id) WHERE revoked_at IS NULL;`,
  },
  {
    version: 2,
    statements: `
      ALTER TABLE kith_sessions ADD COLUMN ended_at INTEGER
        GENERATED ALWAYS AS (min(expires_at, coalesce(revoked_at, expires_at))) VIRTUAL;
      CREATE INDEX kith_sessions_ended ON kith_sessions (ended_at);`,
  },
  {
    version: 3,
    statements: `
      CREATE INDEX kith_users_banned ON kith_users (id) WHERE banned_at IS NOT NULL AND deleted_at IS NULL;
      CREATE TABLE kith_edges (
        kind INTEGER NOT NULL,
        from_id TEXT NOT NULL,
        to_id TEXT NOT NULL,
        id TEXT NOT NULL,
        hidden INTEGER NOT NULL,
        PRIMARY KEY (kind, from_id, to_id)
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX kith_edges_out ON kith_edges (kind, from_id, hidden, id);
      CREATE INDEX kith_edges_in ON kith_edges (kind, to_id, hidden, id);
      CREATE TABLE kith_edge_counts (
        kind INTEGER NOT NULL,
        node TEXT NOT NULL,
        outgoing INTEGER NOT NULL,
        incoming INTEGER NOT NULL,
        PRIMARY KEY (kind, node)
      ) STRICT, WITHOUT ROWID;
      CREATE TABLE kith_hidden_nodes (node TEXT PRIMARY KEY, hidden INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE kith_posts (
        id TEXT PRIMARY KEY,
        author_id TEXT NOT NULL,
        caption TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        edited_at INTEGER,
        removed INTEGER NOT NULL DEFAULT 0
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX kith_posts_author ON kith_posts (author_id, id) WHERE removed = 0;
      CREATE INDEX kith_posts_recent ON kith_posts (id, author_id) WHERE removed = 0;
      CREATE INDEX kith_posts_removed ON kith_posts (id) WHERE removed = 1;
      CREATE TABLE kith_post_counts (author_id TEXT PRIMARY KEY, posts INTEGER NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE kith_media (
        id TEXT PRIMARY KEY,
        owner_id TEXT NOT NULL,
        kind TEXT NOT NULL,
        content_type TEXT NOT NULL,
        created_at INTEGER NOT NULL,
        state TEXT NOT NULL,
        measures TEXT,
        use TEXT,
        subject TEXT,
        position INTEGER,
        alt TEXT
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX kith_media_subject ON kith_media (use, subject) WHERE use IS NOT NULL;
      CREATE INDEX kith_media_owner ON kith_media (owner_id) WHERE state <> 'released';
      CREATE INDEX kith_media_waiting ON kith_media (created_at) WHERE use IS NULL AND state <> 'released';
      CREATE INDEX kith_media_released ON kith_media (id) WHERE state = 'released';`,
  },
  {
    version: 4,
    statements: `
      ALTER TABLE kith_users ADD COLUMN again_at INTEGER NOT NULL DEFAULT 0;
      DROP INDEX kith_users_deleted;
      CREATE INDEX kith_users_deleted ON kith_users (again_at, id) WHERE deleted_at IS NOT NULL;
      ALTER TABLE kith_posts ADD COLUMN again_at INTEGER NOT NULL DEFAULT 0;
      DROP INDEX kith_posts_removed;
      CREATE INDEX kith_posts_removed ON kith_posts (again_at, id) WHERE removed = 1;`,
  },
  {
    version: 5,
    statements: `
      ALTER TABLE kith_media ADD COLUMN claimed_by TEXT;
      ALTER TABLE kith_media ADD COLUMN claimed_until INTEGER;`,
  },
  {
    version: 6,
    statements: `
      CREATE TABLE kith_held_usernames (
        username TEXT PRIMARY KEY,
        user_id TEXT NOT NULL,
        held_until INTEGER NOT NULL
      ) STRICT, WITHOUT ROWID;
      CREATE INDEX kith_held_usernames_end ON kith_held_usernames (held_until);`,
  },
  {
    version: 7,
    statements: `
      CREATE TABLE kith_facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;`,
  },
])

// The version has a table of its own: PRAGMA user_version belongs to the app that may share this file.
const versionTable = `
  CREATE TABLE IF NOT EXISTS kith_schema (version INTEGER PRIMARY KEY, applied_at INTEGER NOT NULL) STRICT`

/** Brings the schema to the newest version in one transaction, so that of several processes one does the work. */
export async function migrate(connection: Connection): Promise<void> {
  await connection.atomically(() => {
    connection.script(versionTable)
    const row = connection.get<{ version: number | null }>('SELECT max(version) AS version FROM kith_schema')
    const current = row?.version ?? 0
    if (current > migrations.length) {
      throw new KithError('storage-failed', {
        detail: 'A newer release of @kith/storage-sqlite has written this database: update the package.',
      })
    }
    for (const { version, statements } of migrations.slice(current)) {
      connection.script(statements)
      connection.run('INSERT INTO kith_schema VALUES (@version, @at)', { version, at: Date.now() })
    }
  })
}

/**
 * Reads the version of the schema. A newer one is no reason to refuse: while a new release is rolled out, the processes of the
 * one before go on beside it.
 */
export function checkSchema(connection: Connection): string | null {
  const newest = migrations.length
  const version = versionOf(connection)
  if (version === newest) return null
  if (version > newest)
    return `The schema has version ${version} of a newer release, and this one knows ${newest}: finish the update.`
  const state =
    version === 0 ? 'is not there yet' : `has version ${version}, and this release needs ${newest}`
  throw new KithError('storage-failed', { detail: `The schema ${state}: run kith.storage.migrate().` })
}

function versionOf(connection: Connection): number {
  const table = connection.get("SELECT 1 AS found FROM sqlite_schema WHERE name = 'kith_schema'")
  if (!table) return 0
  return (
    connection.get<{ version: number | null }>('SELECT max(version) AS version FROM kith_schema')?.version ??
    0
  )
}
