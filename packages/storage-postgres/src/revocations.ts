import type { Clock } from '@kith/core'
import { createLog, createSharedRevocations } from '@kith/core/adapter'
import type { Checkable, Observable, Revocations } from '@kith/core/ports'
import { createConnection } from './connection.ts'
import { createDenylist } from './denylist.ts'
import { driverOf } from './drivers/open-driver.ts'
import { createSharedCheck } from './shared-check.ts'
import { adviceOn, toSharedError } from './shared-error.ts'
import { type PostgresPlace, type PostgresSharedOptions, sharedSettingsOf } from './shared-options.ts'

/** The options of {@link createPostgresRevocations}. */
export type PostgresRevocationsOptions = PostgresPlace &
  PostgresSharedOptions & {
    /**
     * The target of each process's dedicated connection, on which it waits for revocations: by default the same as for
     * all others. Behind PgBouncer in transaction mode no notification arrives: pass the connection string of the
     * server itself, or `false`, which delays revocations of other processes from a few milliseconds to at most half a
     * second. @default true
     */
    listen?: string | boolean | undefined
    /** The clock for `until`: pass it if `createKith` has its own. @default the system clock */
    clock?: Clock | undefined
  }

/** The denylist of all processes on one PostgreSQL. */
export interface PostgresRevocations extends Revocations, Checkable, Observable {
  /** Closes what was opened here. Afterwards each check queries the server, over the pool of the app. */
  close(): Promise<void>
}

/**
 * Creates the denylist, in the tables that `migrate()` of the storage creates. Idle until first used; then it builds a
 * mirror in the background, and checks query the server until it is ready.
 * @throws TypeError for options that contradict each other
 */
export function createPostgresRevocations(options: PostgresRevocationsOptions): PostgresRevocations {
  const { clock = () => new Date() } = options
  const settings = sharedSettingsOf(options)
  const log = createLog(options.logger ?? console)
  const driver = driverOf(settings)
  const connection = createConnection({ driver, ...settings })
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
      if (settings.url === undefined) return
      await connection.close()
      await driver.close()
    },
    check: createSharedCheck(settings, () => denylist.isDenied('check')),
  }
}
