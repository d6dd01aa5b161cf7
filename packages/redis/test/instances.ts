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
import type { RateLimits } from '@kith/core'

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
  options: { socketTimeout?: number } = {},
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

/** Revocations as one process has them, until the tests are over. */
export function openRevocations(
  place: Place,
  options: Partial<RedisRevocationsOptions> = {},
): RedisRevocations & { client: RedisClient; warnings: unknown[] } {
  const client = options.client ?? connect(place)
  const warnings: unknown[] = []
  const logger = { warn: (...line: unknown[]) => warnings.push(line) }
  const revocations = createRedisRevocations({ client, prefix: place.prefix, logger, ...options })
  closeLater(() => revocations.close())
  return { ...revocations, client, warnings }
}

/** Rate limits as one process has them. */
export function openRateLimits(place: Place): RateLimits {
  return createRedisRateLimits({ client: connect(place), prefix: place.prefix })
}

/** Waits until it holds; a refusal means not yet. */
export async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  for (const start = performance.now(); performance.now() - start < 8_000; await wait(2)) {
    if (await (async () => holds())().catch(() => false)) return
  }
  throw new Error(`It has not come about: ${holds}`)
}

/** Waits until checks are answered from memory. */
export async function untilTrusted(...all: RedisRevocations[]): Promise<void> {
  await until(() => all.every((each) => trusts(each)))
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
