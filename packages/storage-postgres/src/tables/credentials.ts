/** The credentials of accounts, which are deleted when these are marked deleted. */
export const credentials = `
  CREATE TABLE kith.credentials (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL,
    kind text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    name text,
    data text NOT NULL,
    version integer NOT NULL,
    created_at timestamptz NOT NULL,
    used_at timestamptz,
    UNIQUE (kind, subject)
  ) WITH (fillfactor = 90);
  CREATE INDEX credentials_of_user ON kith.credentials (user_id, id);`
