import { setTimeout as wait } from 'node:timers/promises'
import type { LogFields } from '@kith/core'
import pg from 'pg'
import postgres from 'postgres'
import { afterEach } from 'vitest'
import type { PostgresServer } from '../../../test/servers/postgres-server.ts'
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

/** Where what a test shares is: a migrated schema of a database, and how it is reached. */
export interface SharedPlace {
  uri: string
  schema: string
  driver?: TestDriver | 'url'
}

const closing: (() => unknown)[] = []

/** Has something closed once the test is over. */
export function closeLater(close: () => unknown): void {
  closing.push(close)
}

afterEach(async () => {
  await Promise.all(
    closing
      .splice(0)
      .reverse()
      .map((close) => close()),
  )
})

/** A place with tables of its own. */
export async function freshPlace(
  server: Pick<PostgresServer, 'uri' | 'freshSchema'>,
  driver: TestDriver | 'url' = 'pg',
): Promise<SharedPlace> {
  const place = { uri: server.uri, schema: server.freshSchema(), driver }
  const storage = createPostgresStorage({ url: place.uri, schema: place.schema, timeoutMillis: 60_000 })
  await storage.migrate()
  await storage.close()
  return place
}

/** The same place, reached over another port. */
export function through({ port }: { port: number }, place: SharedPlace): SharedPlace {
  const uri = new URL(place.uri)
  uri.port = String(port)
  return { ...place, uri: uri.href }
}

/** A pool as an app has it, until the test is over. */
export function openPool({ uri }: Pick<SharedPlace, 'uri'>, options: pg.PoolConfig = {}): pg.Pool {
  const pool = new pg.Pool({ connectionString: uri, max: 5, connectionTimeoutMillis: 2_000, ...options })
  pool.on('error', () => {})
  closeLater(() => pool.end())
  return pool
}

type Way = { pool: pg.Pool } | { sql: postgres.Sql } | { url: string }

/** What an app gives Kith to reach the place. */
function wayTo(place: SharedPlace): Way {
  if (place.driver === 'url') return { url: place.uri }
  if (place.driver !== 'postgres.js') return { pool: openPool(place) }
  const sql = postgres(place.uri, { max: 5, fetch_types: false, onnotice: () => {}, backoff: () => 0.05 })
  closeLater(() => sql.end({ timeout: 0 }))
  return { sql }
}

type LogLine = readonly [message: string, fields: LogFields]

/** Revocations as one process has them, until the test is over. */
export function openRevocations(
  place: SharedPlace,
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
  place: SharedPlace,
  options: Partial<PostgresRevocationsOptions> = {},
): Promise<ReturnType<typeof openRevocations>> {
  const opened = openRevocations(place, options)
  await until(() => opened.check().then(() => true))
  return opened
}

/** Rate limits as one process has them, until the test is over. */
export function openRateLimits(
  place: SharedPlace,
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
export async function openConnectedLimits(place: SharedPlace): Promise<PostgresRateLimits> {
  const limits = openRateLimits(place)
  await until(() => limits.check().then(() => true))
  return limits
}

/** Waits until it holds; a refusal means not yet. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const start = performance.now(); performance.now() - start < 20_000; await wait(2)) {
    if (await (async () => holds())().catch(() => false)) return
  }
  throw new Error(`It has not come about: ${holds}`)
}

/** Waits until checks are answered from memory. */
export async function untilTrusted(...all: PostgresRevocations[]): Promise<void> {
  await until(() => all.every((each) => trusts(each)))
}

/** Waits until checks ask the server. */
export async function untilUntrusted(revocations: PostgresRevocations): Promise<void> {
  await until(() => !trusts(revocations))
}

/** How long the mirror is believed without a sign of life. */
export const leaseMillis = 1_000

/** Whether checks are answered from memory. */
export function trusts(revocations: PostgresRevocations): boolean {
  const answer = revocations.isRevoked('nobody')
  if (typeof answer === 'boolean') return true
  answer.catch(() => {})
  return false
}

/** The end of an entry, a minute from now. */
export function inAMinute(): Date {
  return new Date(Date.now() + 60_000)
}

/** How long a call took, and what became of it. */
export async function timed<Answer>(
  call: () => Answer | Promise<Answer>,
): Promise<{ millis: number; value?: Answer; error?: unknown }> {
  const start = performance.now()
  try {
    const value = await call()
    return { millis: performance.now() - start, value }
  } catch (error) {
    return { millis: performance.now() - start, error }
  }
}

export { wait }
