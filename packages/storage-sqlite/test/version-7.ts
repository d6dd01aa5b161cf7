import type { Migration } from '../src/migration.ts'

/** Versions 1 to 7, in which ids were strings, with the SQL of their releases. */
export const textIdVersions: readonly Migration[] = [
  {
    version: 1,
    contracts: true,
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
    contracts: true,
    statements: `
      ALTER TABLE kith_sessions ADD COLUMN ended_at INTEGER
        GENERATED ALWAYS AS (min(expires_at, coalesce(revoked_at, expires_at))) VIRTUAL;
      CREATE INDEX kith_sessions_ended ON kith_sessions (ended_at);`,
  },
  {
    version: 3,
    contracts: true,
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
    contracts: true,
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
    contracts: true,
    statements: `
      ALTER TABLE kith_media ADD COLUMN claimed_by TEXT;
      ALTER TABLE kith_media ADD COLUMN claimed_until INTEGER;`,
  },
  {
    version: 6,
    contracts: true,
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
      ALTER TABLE kith_users ADD COLUMN role TEXT NOT NULL DEFAULT 'member';
      ALTER TABLE kith_users ADD COLUMN session_epoch INTEGER NOT NULL DEFAULT 0;
      ALTER TABLE kith_sessions ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;
      CREATE TABLE kith_facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;
      CREATE TABLE kith_long_counts (
        node TEXT NOT NULL,
        kind INTEGER NOT NULL,
        side TEXT NOT NULL,
        position TEXT NOT NULL,
        counted INTEGER NOT NULL,
        touched_at INTEGER NOT NULL,
        PRIMARY KEY (node, kind, side)
      ) STRICT, WITHOUT ROWID;
      -- Triggers, so that what is counted is right whatever release writes beside this one.
      CREATE TRIGGER kith_edges_counted AFTER INSERT ON kith_edges
        WHEN NEW.hidden = 0 AND EXISTS (SELECT 1 FROM kith_long_counts) BEGIN
        UPDATE kith_long_counts SET counted = counted + 1
          WHERE node = NEW.from_id AND kind = NEW.kind AND side = 'out' AND position >= NEW.id;
        UPDATE kith_long_counts SET counted = counted + 1
          WHERE node = NEW.to_id AND kind = NEW.kind AND side = 'in' AND position >= NEW.id;
      END;
      CREATE TRIGGER kith_edges_uncounted AFTER DELETE ON kith_edges
        WHEN OLD.hidden = 0 AND EXISTS (SELECT 1 FROM kith_long_counts) BEGIN
        UPDATE kith_long_counts SET counted = counted - 1
          WHERE node = OLD.from_id AND kind = OLD.kind AND side = 'out' AND position >= OLD.id;
        UPDATE kith_long_counts SET counted = counted - 1
          WHERE node = OLD.to_id AND kind = OLD.kind AND side = 'in' AND position >= OLD.id;
      END;
      CREATE TRIGGER kith_edges_turned AFTER UPDATE OF hidden ON kith_edges
        WHEN (OLD.hidden = 0) <> (NEW.hidden = 0) AND EXISTS (SELECT 1 FROM kith_long_counts) BEGIN
        UPDATE kith_long_counts SET counted = counted + (NEW.hidden = 0) - (OLD.hidden = 0)
          WHERE node = NEW.from_id AND kind = NEW.kind AND side = 'out' AND position >= NEW.id;
        UPDATE kith_long_counts SET counted = counted + (NEW.hidden = 0) - (OLD.hidden = 0)
          WHERE node = NEW.to_id AND kind = NEW.kind AND side = 'in' AND position >= NEW.id;
      END;
      CREATE TRIGGER kith_posts_counted AFTER INSERT ON kith_posts
        WHEN NEW.removed = 0 AND EXISTS (SELECT 1 FROM kith_long_counts) BEGIN
        UPDATE kith_long_counts SET counted = counted + 1
          WHERE node = NEW.author_id AND kind = 0 AND side = 'out' AND position >= NEW.id;
      END;
      CREATE TRIGGER kith_posts_uncounted AFTER UPDATE OF removed ON kith_posts
        WHEN OLD.removed <> NEW.removed AND EXISTS (SELECT 1 FROM kith_long_counts) BEGIN
        UPDATE kith_long_counts SET counted = counted + OLD.removed - NEW.removed
          WHERE node = NEW.author_id AND kind = 0 AND side = 'out' AND position >= NEW.id;
      END;`,
  },
]
