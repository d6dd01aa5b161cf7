const left = 'extract(epoch FROM ends_at - clock_timestamp()) * 1000 AS left_millis'

/**
 * The position of a mirror, and its server. One that has restarted since, or is not a primary, may have lost entries.
 */
const standing = `pg_current_snapshot()::text AS snapshot, extract(epoch FROM pg_postmaster_start_time())::text AS started,
  pg_is_in_recovery() AS is_standby`

/** Every statement of the denylist. */
export const denylistStatements: Readonly<
  Record<'write' | 'isDenied' | 'position' | 'page' | 'next' | 'notify', string>
> = Object.freeze({
  // An entry that would be prolonged by less than a second is left as it is, so that processes that write what they all
  // know wake nobody. Each call removes a few more expired entries than it writes.
  write: `WITH given AS (
      SELECT key, clock_timestamp() + max(millis) * interval '1 millisecond' AS ends_at
        FROM unnest(@keys::text[], @lefts::float8[]) AS given (key, millis) GROUP BY key
    ), cleared AS (
      DELETE FROM kith.revoked WHERE key = ANY (ARRAY(
        SELECT key FROM kith.revoked WHERE ends_at <= now() AND key <> ALL (@keys::text[])
          ORDER BY ends_at LIMIT 2 * cardinality(@keys::text[]) FOR UPDATE SKIP LOCKED))
    )
    INSERT INTO kith.revoked AS known (key, ends_at, written_in)
      SELECT key, ends_at, pg_current_xact_id() FROM given ORDER BY key
      ON CONFLICT (key) DO UPDATE SET ends_at = excluded.ends_at, written_in = excluded.written_in
        WHERE known.ends_at < excluded.ends_at - interval '1 second'`,
  isDenied: `SELECT pg_is_in_recovery() AS is_standby,
    EXISTS (SELECT 1 FROM kith.revoked WHERE key = @key AND ends_at > now()) AS denied`,
  position: `SELECT ${standing}`,
  page: `SELECT key, ${left} FROM kith.revoked WHERE key > @after ORDER BY key LIMIT @limit::int`,
  // What a snapshot did not show was not written by a transaction before its oldest open one.
  next: `SELECT standing.*, fresh.* FROM (SELECT ${standing}) AS standing LEFT JOIN (
      SELECT key, ${left} FROM kith.revoked WHERE written_in >= pg_snapshot_xmin(@since::pg_snapshot)
        AND NOT pg_visible_in_snapshot(written_in, @since::pg_snapshot)
    ) AS fresh ON true`,
  notify: `SELECT pg_notify('kith_revoked', @schema)`,
})
