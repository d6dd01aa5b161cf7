/**
 * The tables of version 9, under names that begin with `prefix`. Ids are the 16 bytes of a UUID (`lower(hex(id))` shows
 * one), dates are milliseconds since 1970. There are no foreign keys: upkeep removes what an account leaves behind, in
 * small steps. Deleted accounts have NULL in their UNIQUE columns, which frees the identifiers.
 */
export function tablesOf(prefix: string): string {
  return `
    CREATE TABLE ${prefix}users (
      id BLOB PRIMARY KEY,
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
      deleted_at INTEGER,
      role TEXT NOT NULL DEFAULT 'member',
      session_epoch INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX kith_users_gone ON ${prefix}users (id) WHERE deleted_at IS NOT NULL;
    CREATE INDEX kith_users_shut_out ON ${prefix}users (id) WHERE banned_at IS NOT NULL AND deleted_at IS NULL;

    CREATE TABLE ${prefix}held_usernames (
      username TEXT PRIMARY KEY,
      user_id BLOB NOT NULL,
      held_until INTEGER NOT NULL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX kith_held_usernames_until ON ${prefix}held_usernames (held_until);

    CREATE TABLE ${prefix}sessions (
      id BLOB PRIMARY KEY,
      user_id BLOB NOT NULL,
      epoch INTEGER NOT NULL DEFAULT 0,
      generation INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      rotated_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL,
      revoked_at INTEGER,
      device_name TEXT,
      address TEXT,
      user_agent TEXT,
      ended_at INTEGER GENERATED ALWAYS AS (min(expires_at, coalesce(revoked_at, expires_at))) VIRTUAL
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX kith_sessions_open ON ${prefix}sessions (user_id, id) WHERE revoked_at IS NULL;
    CREATE INDEX kith_sessions_over ON ${prefix}sessions (ended_at);

    -- Two trees hold every edge: this one by its ends, the index by its end and its time. The edges of a start that has very many are
    -- listed in a third one by their time; those of any other are sorted when they are read.
    CREATE TABLE ${prefix}edges (
      kind INTEGER NOT NULL,
      from_id BLOB NOT NULL,
      to_id BLOB NOT NULL,
      id BLOB NOT NULL,
      hidden INTEGER NOT NULL,
      listed INTEGER NOT NULL,
      PRIMARY KEY (kind, from_id, to_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX kith_edges_by_end ON ${prefix}edges (kind, to_id, hidden, id);
    CREATE INDEX kith_edges_listed ON ${prefix}edges (kind, from_id, hidden, id) WHERE listed = 1;
    CREATE TABLE ${prefix}edge_counts (
      kind INTEGER NOT NULL,
      node BLOB NOT NULL,
      outgoing INTEGER NOT NULL,
      incoming INTEGER NOT NULL,
      PRIMARY KEY (kind, node)
    ) STRICT, WITHOUT ROWID;
    CREATE TABLE ${prefix}hidden_nodes (node BLOB PRIMARY KEY, hidden INTEGER NOT NULL) STRICT, WITHOUT ROWID;

    CREATE TABLE ${prefix}posts (
      id BLOB PRIMARY KEY,
      author_id BLOB NOT NULL,
      caption TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      edited_at INTEGER,
      removed INTEGER NOT NULL DEFAULT 0
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX kith_posts_by_author ON ${prefix}posts (author_id, id) WHERE removed = 0;
    CREATE INDEX kith_posts_newest ON ${prefix}posts (id, author_id) WHERE removed = 0;
    CREATE INDEX kith_posts_gone ON ${prefix}posts (id) WHERE removed = 1;
    -- The newest live post as well; NULL while nobody may see the author.
    CREATE TABLE ${prefix}post_counts (
      author_id BLOB PRIMARY KEY,
      posts INTEGER NOT NULL,
      newest BLOB
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE ${prefix}media (
      id BLOB PRIMARY KEY,
      owner_id BLOB NOT NULL,
      kind TEXT NOT NULL,
      content_type TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      state TEXT NOT NULL,
      measures TEXT,
      use TEXT,
      subject BLOB,
      position INTEGER,
      alt TEXT,
      claimed_by TEXT,
      claimed_until INTEGER
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX kith_media_by_subject ON ${prefix}media (use, subject) WHERE use IS NOT NULL;
    CREATE INDEX kith_media_by_owner ON ${prefix}media (owner_id) WHERE state <> 'released';
    CREATE INDEX kith_media_unused ON ${prefix}media (created_at) WHERE use IS NULL AND state <> 'released';
    CREATE INDEX kith_media_gone ON ${prefix}media (id) WHERE state = 'released';`
}

/**
 * Counts of very long lists that take several steps. Triggers change them with every edge and post, whatever statement
 * writes: a row says how many were counted up to which position, which is the other end for the edges that start at a
 * node, and otherwise an id.
 */
export const longCountTables = `
  CREATE TABLE kith_long_counts (
    node BLOB NOT NULL,
    kind INTEGER NOT NULL,
    side TEXT NOT NULL,
    position BLOB NOT NULL,
    counted INTEGER NOT NULL,
    touched_at INTEGER NOT NULL,
    PRIMARY KEY (node, kind, side)
  ) STRICT, WITHOUT ROWID;
  CREATE TRIGGER kith_edges_counted AFTER INSERT ON kith_edges
    WHEN NEW.hidden = 0 AND EXISTS (SELECT 1 FROM kith_long_counts) BEGIN
    UPDATE kith_long_counts SET counted = counted + 1
      WHERE node = NEW.from_id AND kind = NEW.kind AND side = 'out' AND position >= NEW.to_id;
    UPDATE kith_long_counts SET counted = counted + 1
      WHERE node = NEW.to_id AND kind = NEW.kind AND side = 'in' AND position >= NEW.id;
  END;
  CREATE TRIGGER kith_edges_uncounted AFTER DELETE ON kith_edges
    WHEN OLD.hidden = 0 AND EXISTS (SELECT 1 FROM kith_long_counts) BEGIN
    UPDATE kith_long_counts SET counted = counted - 1
      WHERE node = OLD.from_id AND kind = OLD.kind AND side = 'out' AND position >= OLD.to_id;
    UPDATE kith_long_counts SET counted = counted - 1
      WHERE node = OLD.to_id AND kind = OLD.kind AND side = 'in' AND position >= OLD.id;
  END;
  CREATE TRIGGER kith_edges_turned AFTER UPDATE OF hidden ON kith_edges
    WHEN (OLD.hidden = 0) <> (NEW.hidden = 0) AND EXISTS (SELECT 1 FROM kith_long_counts) BEGIN
    UPDATE kith_long_counts SET counted = counted + (NEW.hidden = 0) - (OLD.hidden = 0)
      WHERE node = NEW.from_id AND kind = NEW.kind AND side = 'out' AND position >= NEW.to_id;
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
  END;`

/**
 * A queue of rows that wait for their consumer. The sequence is that of the commits, since one transaction writes at a
 * time. The account of a row, or the key of a message without one, has its own row as long as one waits: who handles
 * them now and until when, or until when they are postponed.
 */
export function queueTables(table: string): string {
  return `
  CREATE TABLE ${table} (
    sequence INTEGER PRIMARY KEY,
    id BLOB NOT NULL UNIQUE,
    account_id BLOB NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    payload TEXT NOT NULL
  ) STRICT;
  CREATE INDEX ${table}_of_account ON ${table} (account_id);
  CREATE TABLE ${table}_accounts (
    account_id BLOB PRIMARY KEY,
    since INTEGER NOT NULL,
    held_by TEXT,
    held_until INTEGER,
    attempts INTEGER NOT NULL DEFAULT 0
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX ${table}_turns ON ${table}_accounts (held_until, since);`
}

/** The audit log: its rows stay when their account is deleted. */
export const auditTable = `
  CREATE TABLE kith_audit (
    id BLOB PRIMARY KEY,
    account_id BLOB NOT NULL,
    name TEXT NOT NULL,
    at INTEGER NOT NULL,
    payload TEXT NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX kith_audit_of_account ON kith_audit (account_id, id);
  CREATE INDEX kith_audit_age ON kith_audit (at);`

/** Secrets that work once. `subject` is any text; `hashes` is JSON. */
export const codeTable = `
  CREATE TABLE kith_codes (
    purpose TEXT NOT NULL,
    subject TEXT NOT NULL,
    user_id BLOB,
    hashes TEXT NOT NULL,
    data TEXT NOT NULL,
    tries INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (purpose, subject)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX kith_codes_of_user ON kith_codes (user_id) WHERE user_id IS NOT NULL;
  CREATE INDEX kith_codes_over ON kith_codes (expires_at);`

/** The credentials of accounts, which are deleted when these are marked deleted. */
export const credentialTable = `
  CREATE TABLE kith_credentials (
    id BLOB PRIMARY KEY,
    user_id BLOB NOT NULL,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    name TEXT,
    data TEXT NOT NULL,
    version INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    used_at INTEGER,
    UNIQUE (kind, subject)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX kith_credentials_of_user ON kith_credentials (user_id, id);`

/** Small facts, which have no ids. */
export const factTable =
  'CREATE TABLE kith_facts (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;'

/** For accounts: since when one waits for approval, who invited it, and the age bracket of its owner, as JSON. */
export const signUpColumns = `
  ALTER TABLE kith_users ADD COLUMN waiting_since INTEGER;
  ALTER TABLE kith_users ADD COLUMN invited_by BLOB;
  ALTER TABLE kith_users ADD COLUMN age TEXT;
  CREATE INDEX kith_users_waiting ON kith_users (id) WHERE waiting_since IS NOT NULL AND deleted_at IS NULL;`
