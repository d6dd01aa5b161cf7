/** Secrets that work once. `subject` is any text. */
export const codes = `
  CREATE TABLE kith.codes (
    purpose text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    user_id uuid,
    hashes text[] NOT NULL,
    data text NOT NULL,
    tries integer NOT NULL,
    created_at timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    PRIMARY KEY (purpose, subject)
  ) WITH (fillfactor = 80);
  CREATE INDEX codes_of_user ON kith.codes (user_id) WHERE user_id IS NOT NULL;
  CREATE INDEX codes_over ON kith.codes (expires_at);`
