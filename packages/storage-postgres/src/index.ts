import { joinStores, type Storage, type Stores } from '@kith/core/ports'
import { createAuditStore } from './audit-store.ts'
import { createCodeStore } from './code-store.ts'
import { type Connection, createConnection } from './connection.ts'
import { createCredentialStore } from './credential-store.ts'
import { driverWithin } from './drivers/host-transaction.ts'
import { driverOf } from './drivers/open-driver.ts'
import { createEdgeStore } from './edge-store.ts'
import { createFactStore } from './fact-store.ts'
import { createFeedStore } from './feed-store.ts'
import { createMediaStore } from './media-store.ts'
import { checkSchema, migrate, plan } from './migrate.ts'
import { type PostgresStorageOptions, storageSettingsOf } from './options.ts'
import { createOutboxStore } from './outbox-store.ts'
import { demandPartitions, migrationsWith, partitionsProblem } from './partitions.ts'
import { createPostStore } from './post-store.ts'
import { createReplicas } from './replicas/replicas.ts'
import { createSessionStore } from './session-store.ts'
import { createUserStore } from './user-store.ts'

export type { PgClient, PgPool, PgQuery } from './drivers/pg-clients.ts'
export type { PostgresJsQuery, PostgresJsSql, PostgresJsTransaction } from './drivers/postgres-js-sql.ts'
export { migrationSql, type MigrationSqlOptions } from './migration-sql.ts'
export { partitionSql, type PartitionSqlOptions } from './partitions.ts'
export type {
  PostgresClientOptions,
  PostgresCommonOptions,
  PostgresJsOptions,
  PostgresPoolOptions,
  PostgresReplica,
  PostgresStorageOptions,
  PostgresUrlOptions,
} from './options.ts'
export {
  createPostgresRateLimits,
  type PostgresRateLimits,
  type PostgresRateLimitsOptions,
} from './rate-limits.ts'
export {
  createPostgresRevocations,
  type PostgresRevocations,
  type PostgresRevocationsOptions,
} from './revocations.ts'
export type { PostgresPlace, PostgresSharedOptions } from './shared-options.ts'

/** How long a short step of `migrate()` may take, including the wait for another process that runs it. */
const migrationMillis = 60_000

/** Long work on a large table has no timeout of ours; this is the maximum of a timer. */
const unlimitedMillis = 2 ** 31 - 1

/**
 * Keeps everything in a schema of a PostgreSQL database, version 14 or later. Nothing is opened or written here: the
 * first use is normally `migrate()`.
 * @throws TypeError for options that contradict each other. The stores raise `storage-busy`, `storage-full`,
 * `storage-read-only`, `storage-unavailable` and `storage-failed`.
 */
export function createPostgresStorage(options: PostgresStorageOptions): Storage {
  const settings = storageSettingsOf(options)
  const { schema, prepare, timeoutMillis } = settings
  const parts = { driver: driverOf(settings), schema, prepare, timeoutMillis }
  const drivers = settings.replicas.map(driverOf)
  const replicas =
    drivers.length > 0 ? createReplicas({ primary: parts.driver, drivers, timeoutMillis }) : null
  const connection = createConnection({ ...parts, replicas })
  const migrating = {
    schema,
    short: createConnection({ ...parts, timeoutMillis: Math.max(timeoutMillis, migrationMillis) }),
    long: createConnection({ ...parts, prepare: false, timeoutMillis: unlimitedMillis }),
  }
  return {
    ...storesOn(connection),
    async migrate(how) {
      await demandPartitions(migrating.short, settings)
      await migrate(migrating, how, migrationsWith(settings.partitions))
      // Another process may have created the tables meanwhile, with another option.
      await demandPartitions(migrating.short, settings)
    },
    async plan() {
      await demandPartitions(connection, settings)
      return plan(connection, schema)
    },
    check: async () =>
      (await checkSchema(connection, schema)) ??
      (await partitionsProblem(connection, settings)) ??
      replicas?.trouble() ??
      null,
    async close() {
      const { short, long } = migrating
      await Promise.all([connection, short, long].map((each) => each.close()))
      await Promise.all([parts.driver.close(), replicas?.close()])
    },
    // Statements without names: behind a pool each transaction has another connection.
    within: (transaction) =>
      storesOn(createConnection({ ...parts, driver: driverWithin(transaction), prepare: false })),
  }
}

function storesOn(connection: Connection): Stores {
  return joinStores({
    users: createUserStore(connection),
    sessions: createSessionStore(connection),
    edges: createEdgeStore(connection),
    posts: createPostStore(connection),
    media: createMediaStore(connection),
    feed: createFeedStore(connection),
    facts: createFactStore(connection),
    outbox: createOutboxStore(connection, 'events'),
    messages: createOutboxStore(connection, 'messages'),
    audit: createAuditStore(connection),
    codes: createCodeStore(connection),
    credentials: createCredentialStore(connection),
  })
}
