/**
 * A queue of rows that wait for their consumer. The account of a row, or the key of a message without one, has its own
 * row as long as one waits: who handles them now and until when, or until when they are postponed. Its lock orders the
 * rows of the account: a change takes it before it numbers its own rows and holds it until it is committed. Between
 * accounts the numbers have no order.
 */
function queueTables(table: string): string {
  return `
  CREATE TABLE kith.${table} (
    sequence bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    account_id uuid NOT NULL,
    name text NOT NULL,
    at timestamptz NOT NULL,
    payload text NOT NULL
  ) WITH (autovacuum_vacuum_scale_factor = 0.02);
  CREATE INDEX ${table}_of_account ON kith.${table} (account_id, sequence);
  CREATE TABLE kith.${table}_accounts (
    account_id uuid PRIMARY KEY,
    since timestamptz NOT NULL,
    held_by text,
    held_until timestamptz,
    attempts integer NOT NULL DEFAULT 0
  ) WITH (fillfactor = 70, autovacuum_vacuum_scale_factor = 0.02);
  CREATE INDEX ${table}_held ON kith.${table}_accounts (held_until) WHERE held_until IS NOT NULL;
  CREATE INDEX ${table}_free ON kith.${table}_accounts (since) WHERE held_until IS NULL;`
}

/** The two queues: events for the app, and messages to users. */
export const queues: string = queueTables('outbox') + queueTables('messages')
