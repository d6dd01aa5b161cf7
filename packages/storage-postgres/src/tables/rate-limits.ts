/**
 * Counters that processes share: for each subject, by its hash, its windows by their lengths in seconds, with their
 * counts and ends, and for how long its last attempt was refused. They are not in the WAL: after a crash of the server
 * they start again. `over_at` is by the server's clock, only for cleanup.
 */
export const rateLimits = `
  CREATE UNLOGGED TABLE kith.rate_limits (
    subject bytea PRIMARY KEY,
    lengths integer[] NOT NULL,
    counts integer[] NOT NULL,
    ends bigint[] NOT NULL,
    refused_millis bigint NOT NULL,
    over_at timestamptz NOT NULL
  ) WITH (fillfactor = 50);
  CREATE INDEX rate_limits_over ON kith.rate_limits (over_at);`
