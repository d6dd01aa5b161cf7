import { KithError, RetryLaterError } from '@kith/core'
import type { Statements } from './connection.ts'

/** What was done to a database. */
export interface Applied {
  /** The version that a release has to support; 0 for a database without the schema. */
  readonly needed: number
  /** The newest version any step of which was done. */
  readonly newest: number
  /** Whether a step was done; `''` names the statements of a version. */
  has(version: number, name: string): boolean
}

/** The oldest version that its makers currently support. */
const oldestServer = 140_000

/** Reads it. Refuses a server that is too old. */
export async function readApplied({ get, all }: Statements, schema: string): Promise<Applied> {
  // From the catalog and not with `to_regclass`, which may not see yet what another transaction has just committed.
  const place = await get<{ found: boolean; server: number; name: string }>(
    `SELECT EXISTS (SELECT 1 FROM pg_tables WHERE schemaname = @schema AND tablename = 'schema_steps') AS found,
      current_setting('server_version_num')::int AS server, current_setting('server_version') AS name`,
    { schema },
  )
  if (place && place.server < oldestServer)
    throw new KithError('storage-failed', {
      detail: `The server is PostgreSQL ${place.name}: Kith needs 14 or later.`,
    })
  if (!place?.found) return { needed: 0, newest: 0, has: () => false }
  const needed = await get<{ version: number | null }>('SELECT max(version) AS version FROM kith.schema')
  const steps = await all<{ version: number; name: string }>('SELECT version, name FROM kith.schema_steps')
  return {
    needed: needed?.version ?? 0,
    newest: Math.max(0, ...steps.map(({ version }) => version)),
    has: (version, name) => steps.some((step) => step.version === version && step.name === name),
  }
}

/** Refuses a database that a newer release has changed so that this one cannot use it. */
export function refuseNewer({ needed }: Applied, known: number): void {
  if (needed > known)
    throw new RetryLaterError('storage-unavailable', {
      seconds: 5,
      detail:
        'A newer release of @kith/storage-postgres has changed this database so that this release cannot use it: update the package.',
    })
}
