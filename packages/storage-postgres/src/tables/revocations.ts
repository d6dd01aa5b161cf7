/**
 * Revocations that processes share. `written_in` is the transaction that last wrote a row: a mirror reads what its last
 * snapshot did not show, since neither a sequence nor a clock follows the order of commits.
 */
export const revocations = `
  CREATE TABLE kith.revoked (
    key text COLLATE "C" PRIMARY KEY,
    ends_at timestamptz NOT NULL,
    written_in xid8 NOT NULL
  );
  CREATE INDEX revoked_written ON kith.revoked (written_in);
  CREATE INDEX revoked_over ON kith.revoked (ends_at);`
