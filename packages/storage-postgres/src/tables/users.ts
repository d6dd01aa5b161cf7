/**
 * Accounts, and held usernames. Identifiers are compared byte by byte. Deleted accounts have NULL in their UNIQUE
 * columns, which frees the identifiers. `hidden` is true while the edges of an account are hidden, false while they are
 * shown again step by step, and otherwise NULL.
 */
export const users = `
  CREATE TABLE kith.users (
    id uuid PRIMARY KEY,
    username text COLLATE "C" UNIQUE,
    email text COLLATE "C" UNIQUE,
    email_verified_at timestamptz,
    phone text COLLATE "C" UNIQUE,
    phone_verified_at timestamptz,
    name text NOT NULL,
    bio text NOT NULL,
    password_hash text,
    banned_at timestamptz,
    banned_until timestamptz,
    ban_reason text,
    role text COLLATE "C" NOT NULL,
    session_epoch integer NOT NULL,
    created_at timestamptz NOT NULL,
    deleted_at timestamptz,
    fields json,
    waiting_since timestamptz,
    invited_by uuid,
    age json,
    hidden boolean
  ) WITH (fillfactor = 90);
  CREATE INDEX users_hidden ON kith.users (id) WHERE hidden IS NOT NULL;
  CREATE INDEX users_gone ON kith.users (id) WHERE deleted_at IS NOT NULL;
  CREATE INDEX users_shut_out ON kith.users (id) WHERE banned_at IS NOT NULL AND deleted_at IS NULL;
  CREATE INDEX users_waiting ON kith.users (id) WHERE waiting_since IS NOT NULL AND deleted_at IS NULL;
  CREATE INDEX users_ban_ends ON kith.users (banned_until) WHERE banned_until IS NOT NULL;
  CREATE INDEX users_of_role ON kith.users (role, id) WHERE role <> 'member';

  CREATE TABLE kith.held_usernames (
    username text COLLATE "C" PRIMARY KEY,
    user_id uuid NOT NULL,
    held_until timestamptz NOT NULL
  );
  CREATE INDEX held_usernames_until ON kith.held_usernames (held_until);`
