/** The audit log: its rows stay when their account is deleted. */
export const audit = `
  CREATE TABLE kith.audit (
    id uuid PRIMARY KEY,
    account_id uuid NOT NULL,
    name text NOT NULL,
    at timestamptz NOT NULL,
    payload text NOT NULL
  );
  CREATE INDEX audit_of_account ON kith.audit (account_id, id);
  CREATE INDEX audit_age ON kith.audit (at);`
