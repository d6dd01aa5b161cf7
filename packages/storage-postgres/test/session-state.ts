import pg from 'pg'

/** The settings that PgBouncer tracks for each client, and restores on a connection before a client gets it. */
const kept = ['application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings']

const left = `
  SELECT 'setting ' || name AS what FROM pg_settings WHERE source = 'session' AND name <> ALL ($1)
  UNION ALL SELECT 'prepared statement ' || name FROM pg_prepared_statements
  UNION ALL SELECT 'channel ' || channel FROM pg_listening_channels() AS channel
  UNION ALL SELECT 'advisory lock' FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
  UNION ALL SELECT 'cursor ' || name FROM pg_cursors WHERE is_holdable
  UNION ALL SELECT 'temporary ' || relname FROM pg_class WHERE relnamespace = pg_my_temp_schema()
  ORDER BY 1`

/**
 * The state that server sessions keep from one transaction to the next, such as `setting lock_timeout`, on all connections of a pooler:
 * this many concurrent transactions use each of them.
 */
export async function leftOnConnections(uri: string, connections: number): Promise<string[]> {
  const clients = Array.from({ length: connections }, () => new pg.Client(uri))
  try {
    await Promise.all(clients.map((client) => client.connect()))
    for (const client of clients) await client.query('BEGIN')
    const found = await Promise.all(clients.map((client) => client.query<{ what: string }>(left, [kept])))
    for (const client of clients) await client.query('COMMIT')
    return found.flatMap(({ rows }) => rows.map(({ what }) => what))
  } finally {
    await Promise.all(clients.map((client) => client.end()))
  }
}
