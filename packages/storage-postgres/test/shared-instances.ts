import pg from 'pg'
import postgres from 'postgres'
import { closeLater } from '../../../test/servers/close-later.ts'
import type { PostgresServer } from '../../../test/servers/postgres-server.ts'
import { type Proxy, startProxy } from '../../../test/servers/proxy.ts'
import { until } from '../../../test/shared-server/mirrors.ts'
import type { LogLine, Reach, SharedPlace } from '../../../test/shared-server/shared-place.ts'
import {
  createPostgresRateLimits,
  createPostgresRevocations,
  createPostgresStorage,
  type PostgresRateLimits,
  type PostgresRateLimitsOptions,
  type PostgresRevocations,
  type PostgresRevocationsOptions,
} from '../src/index.ts'
import type { TestDriver } from './storages.ts'

/** The shared data of a test: a migrated schema of a database, and how to connect to it. */
export interface PostgresPlace {
  uri: string
  schema: string
  driver?: TestDriver | 'url'
}

/** A place with its own tables. */
export async function freshPlace(
  server: Pick<PostgresServer, 'uri' | 'freshSchema'>,
  driver: TestDriver | 'url' = 'pg',
): Promise<PostgresPlace> {
  const place = { uri: server.uri, schema: server.freshSchema(), driver }
  const storage = createPostgresStorage({ url: place.uri, schema: place.schema, timeoutMillis: 60_000 })
  await storage.migrate()
  await storage.close()
  return place
}

/** The same place, through another port. */
export function through({ port }: { port: number }, place: PostgresPlace): PostgresPlace {
  const uri = new URL(place.uri)
  uri.port = String(port)
  return { ...place, uri: uri.href }
}

/** A pool like an app's, until the end of the test. */
export function openPool({ uri }: Pick<PostgresPlace, 'uri'>, options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: uri, max: 5, connectionTimeoutMillis: 2_000, ...options })
  pool.on('error', () => {})
  closeLater(() => pool.end())
  return pool
}

type Way = { pool: pg.Pool } | { sql: postgres.Sql } | { url: string }

/** The connection options with which an app passes the place to Kith. */
function wayTo(place: PostgresPlace): Way {
  if (place.driver === 'url') return { url: place.uri }
  if (place.driver !== 'postgres.js') return { pool: openPool(place) }
  const sql = postgres(place.uri, { max: 5, fetch_types: false, onnotice: () => {}, backoff: () => 0.05 })
  closeLater(() => sql.end({ timeout: 0 }))
  return { sql }
}

/** The revocations of one process, until the end of the test. */
export function openRevocations(
  place: PostgresPlace,
  options: Partial<PostgresRevocationsOptions> = {},
): PostgresRevocations & { warnings: LogLine[] } {
  const warnings: LogLine[] = []
  const logger = { warn: (...line: LogLine) => warnings.push(line) }
  const given = { ...wayTo(place), schema: place.schema, logger, ...options } as PostgresRevocationsOptions
  const revocations = createPostgresRevocations(given)
  closeLater(() => revocations.close())
  return { ...revocations, warnings }
}

/** The same, once the server was reached: on a busy machine opening a connection takes longer than a call may. */
export async function openConnected(
  place: PostgresPlace,
  options: Partial<PostgresRevocationsOptions> = {},
): Promise<ReturnType<typeof openRevocations>> {
  const opened = openRevocations(place, options)
  await until(() => opened.check().then(() => true))
  return opened
}

/** The rate limits of one process, until the end of the test. */
export function openRateLimits(
  place: PostgresPlace,
  options: Partial<PostgresRateLimitsOptions> = {},
): PostgresRateLimits & { warnings: LogLine[] } {
  const warnings: LogLine[] = []
  const logger = { warn: (...line: LogLine) => warnings.push(line) }
  const given = { ...wayTo(place), schema: place.schema, logger, ...options } as PostgresRateLimitsOptions
  const limits = createPostgresRateLimits(given)
  closeLater(() => limits.close())
  return { ...limits, warnings }
}

/** The same, once the server was reached. */
export async function openConnectedLimits(place: PostgresPlace): Promise<PostgresRateLimits> {
  const limits = openRateLimits(place)
  await until(() => limits.check().then(() => true))
  return limits
}

/** The interface for the tests that Redis and PostgreSQL share. */
export function asShared(place: PostgresPlace): SharedPlace {
  const reached = ({ by }: Reach): PostgresPlace => (by ? through(by, place) : place)
  return {
    revocations: ({ whenUnreachable, ...reach } = {}) => openRevocations(reached(reach), { whenUnreachable }),
    connected: ({ whenUnreachable, ...reach } = {}) => openConnected(reached(reach), { whenUnreachable }),
    rateLimits: async ({ whenUnreachable, ...reach } = {}) =>
      openRateLimits(reached(reach), { whenUnreachable }),
    async openProxy(): Promise<Proxy> {
      const proxy = await startProxy({ port: Number(new URL(place.uri).port) })
      closeLater(() => proxy.close())
      return proxy
    },
  }
}
