import { createHash } from 'node:crypto'
import { countAttempt, createLog, createSharedRateLimits } from '@kith/core/adapter'
import type { Checkable, Limit, RateLimits } from '@kith/core/ports'
import { createConnection } from './connection.ts'
import { counterStatements } from './counter-statements.ts'
import { driverOf } from './drivers/open-driver.ts'
import { createSharedCheck } from './shared-check.ts'
import { toSharedError } from './shared-error.ts'
import { type PostgresPlace, type PostgresSharedOptions, sharedSettingsOf } from './shared-options.ts'

/** The options of {@link createPostgresRateLimits}. */
export type PostgresRateLimitsOptions = PostgresPlace & PostgresSharedOptions

/** The counters of all processes on one PostgreSQL. */
export interface PostgresRateLimits extends RateLimits, Checkable {
  /** Closes what was opened here. */
  close(): Promise<void>
}

/**
 * Creates the counters, in the tables that `migrate()` of the storage creates. Performs no I/O until the first attempt.
 * While the disk of the server is full each process counts separately.
 * @throws TypeError for options that contradict each other
 */
export function createPostgresRateLimits(options: PostgresRateLimitsOptions): PostgresRateLimits {
  const settings = sharedSettingsOf(options)
  const log = createLog(options.logger ?? console)
  const driver = driverOf(settings)
  const connection = createConnection({ driver, ...settings })
  const limits = createSharedRateLimits({
    server: 'PostgreSQL',
    toKithError: toSharedError,
    whenUnreachable: settings.whenUnreachable,
    warn(reason, { detail, error }) {
      if (reason === 'full') log.warn('postgres.full', { detail })
      else log.warn('postgres.uncounted', { detail, error })
    },
    counters: {
      async hit(key, limits, now) {
        const counted = await connection.get<{ millis: number }>(
          counterStatements.hit,
          hitValues(key, limits, now),
        )
        return counted?.millis ?? 0
      },
      async reset(keys) {
        await connection.run(counterStatements.reset, { subjects: keys.map(hashOf) })
      },
    },
  })
  return {
    ...limits,
    async close() {
      if (settings.url === undefined) return
      await connection.close()
      await driver.close()
    },
    check: createSharedCheck(settings, () => connection.get(counterStatements.check)),
  }
}

/** The result of a first attempt, besides the attempt itself. */
function hitValues(
  key: string,
  limits: readonly Limit[],
  now: Date,
): Record<string, string | number | string[]> {
  const time = now.getTime()
  const { windows, allowed, retryAfterSeconds } = countAttempt([], limits, time)
  return {
    subject: hashOf(key),
    now: time,
    limits: limits.map(({ limit }) => String(limit)),
    windows: limits.map(({ windowSeconds }) => String(windowSeconds)),
    lengths: windows.map(({ seconds }) => String(seconds)),
    counts: windows.map(({ count }) => String(count)),
    ends: windows.map(({ endsAt }) => String(endsAt)),
    refused: allowed ? 0 : retryAfterSeconds * 1000,
    lasts: Math.max(0, ...windows.map(({ endsAt }) => endsAt - time)) + 1000,
  }
}

/** Subjects contain names and addresses, and can have any length. */
function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
