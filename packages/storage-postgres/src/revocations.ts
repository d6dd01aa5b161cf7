import type { Clock } from '@kith/core'
import { createLog, createSharedRevocations } from '@kith/core/adapter'
import type { Checkable, Observable, Revocations } from '@kith/core/ports'
import { createConnection } from './connection.ts'
import { createDenylist } from './denylist.ts'
import { driverOf } from './drivers/open-driver.ts'
import { createSharedCheck } from './shared-check.ts'
import { adviceOn, toSharedError } from './shared-error.ts'
import { type PostgresPlace, type PostgresSharedOptions, sharedSettingsOf } from './shared-options.ts'

/** What {@link createPostgresRevocations} takes. */
export type PostgresRevocationsOptions = PostgresPlace &
  PostgresSharedOptions & {
    /**
     * Where the connection leads that each process keeps for itself, to hear of revocations while it waits: by default where all others
     * do. Behind PgBouncer in transaction mode no notification arrives: give the connection string of the server itself, or `false`,
     * and revocations of other processes are known within half a second instead of some milliseconds. @default true
     */
    listen?: string | boolean | undefined
    /** The clock that `until` is read by: give it where `createKith` has one of its own. @default the system's clock */
    clock?: Clock | undefined
  }

/** The denylist of all processes on one PostgreSQL. */
export interface PostgresRevocations extends Revocations, Checkable, Observable {
  /** Closes what was opened here. Afterwards each check asks the server, over the pool of the app. */
  close(): Promise<void>
}

/**
 * Creates the denylist, in the tables that `migrate()` of the storage makes. Nothing happens until it is first used; then a mirror is built in
 * the background, and checks ask the server until it stands.
 * @throws TypeError for options that do not go together
 */
export function createPostgresRevocations(options: PostgresRevocationsOptions): PostgresRevocations {
  const { clock = () => new Date() } = options
  const settings = sharedSettingsOf(options)
  const log = createLog(options.logger ?? console)
  const connection = createConnection({ driver: driverOf(settings), ...settings })
  const denylist = createDenylist(connection, settings)
  const revocations = createSharedRevocations({
    server: 'PostgreSQL',
    toKithError: toSharedError,
    denylist,
    whenUnreachable: settings.whenUnreachable,
    clock,
    warn(error) {
      log.warn('postgres.not-pushed', { detail: adviceOn(error), error: toSharedError(error).cause })
    },
  })
  return {
    ...revocations,
    async close() {
      await revocations.close()
      if (settings.url !== undefined) await connection.close()
    },
    check: createSharedCheck(settings, () => denylist.isDenied('check')),
  }
}
