import { setTimeout as wait } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import { afterAll } from 'vitest'
import {
  createRedisRateLimits,
  createRedisRevocations,
  type RedisClient,
  type RedisRevocations,
  type RedisRevocationsOptions,
} from '../src/index.ts'
import type { LogFields } from '@kith/core'
import type { RateLimits } from '@kith/core/ports'

/** Where the Redis of a test is. */
export interface Place {
  /** A port of this machine, or those of all nodes of a cluster. */
  ports: readonly number[]
  prefix: string
}

const closing: (() => unknown)[] = []

/** Has something closed once the tests of the file are over. */
export function closeLater(close: () => unknown): void {
  closing.push(close)
}

afterAll(async () => {
  for (const close of closing.splice(0).reverse()) await close()
})

/** A client as an app has it, until the tests are over. */
export function connect(
  { ports }: Pick<Place, 'ports'>,
  options: { socketTimeout?: number; db?: number } = {},
): RedisClient {
  const [port = 0] = ports
  const client =
    ports.length > 1
      ? new Cluster(
          ports.map((each) => ({ host: '127.0.0.1', port: each })),
          { redisOptions: options },
        )
      : new Redis(port, '127.0.0.1', options)
  // Otherwise ioredis prints what happens to it.
  client.on('error', () => {})
  closeLater(() => client.disconnect())
  return client
}

type Line = readonly [message: string, fields: LogFields]

/** Revocations as one process has them, until the tests are over. */
export function openRevocations(
  place: Place,
  options: Partial<RedisRevocationsOptions> = {},
): RedisRevocations & { client: RedisClient; warnings: Line[] } {
  const client = options.client ?? connect(place)
  const warnings: Line[] = []
  const logger = { warn: (...line: Line) => warnings.push(line) }
  const revocations = createRedisRevocations({ client, prefix: place.prefix, logger, ...options })
  closeLater(() => revocations.close())
  return { ...revocations, client, warnings }
}

/**
 * The same, once the client is connected. Redis has a second for a call; on a busy machine opening a connection takes
 * longer.
 */
export async function openConnected(
  place: Place,
  options: Partial<RedisRevocationsOptions> = {},
): Promise<ReturnType<typeof openRevocations>> {
  const opened = openRevocations(place, options)
  await connected(opened.client)
  return opened
}

/** Rate limits as one process has them, once it is connected. */
export async function openRateLimits(place: Place): Promise<RateLimits> {
  const client = connect(place)
  await connected(client)
  return createRedisRateLimits({ client, prefix: place.prefix })
}

async function connected(client: RedisClient): Promise<void> {
  await client.ping()
  if (client.isCluster) await Promise.all((client as Cluster).nodes('master').map((node) => node.ping()))
}

/** Waits until it holds; a refusal means not yet. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const start = performance.now(); performance.now() - start < 15_000; await wait(2)) {
    if (await (async () => holds())().catch(() => false)) return
  }
  throw new Error(`It has not come about: ${holds}`)
}

/** Waits until checks are answered from memory. */
export async function untilTrusted(...all: RedisRevocations[]): Promise<void> {
  await until(() => all.every((each) => trusts(each)))
}

/** How long the mirror is believed without a sign of life. */
export const leaseMillis = 1_000

/** Waits until checks have been answered from memory for longer than one sign of life is good for. */
export async function untilTrustedForLong(...all: RedisRevocations[]): Promise<void> {
  let since = performance.now()
  await until(() => {
    // A machine that stands still for most of a second ends the lease, as it should: then it begins anew.
    if (!all.every((each) => trusts(each))) since = performance.now()
    return performance.now() - since > 2 * leaseMillis
  })
}

/** Whether checks are answered from memory. */
export function trusts(revocations: RedisRevocations): boolean {
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
