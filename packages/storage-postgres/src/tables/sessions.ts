/** Sessions: a row for each sign-in. */
export const sessions = `
  CREATE TABLE kith.sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    epoch integer NOT NULL,
    generation integer NOT NULL,
    created_at timestamptz NOT NULL,
    rotated_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    revoked_at timestamptz,
    device_name text,
    address text,
    user_agent text,
    proved_at timestamptz NOT NULL,
    methods text[] NOT NULL,
    actor_id uuid,
    actor_session_id uuid,
    bound_key text,
    ended_at timestamptz GENERATED ALWAYS AS (least(expires_at, revoked_at)) STORED
  );
  CREATE INDEX sessions_open ON kith.sessions (user_id, id) WHERE revoked_at IS NULL;
  CREATE INDEX sessions_over ON kith.sessions (ended_at);`
