import { Cluster, Redis } from 'ioredis'
import {
  createRedisRateLimits,
  createRedisRevocations,
  type RedisClient,
  type RedisRateLimitsOptions,
  type RedisRevocations,
  type RedisRevocationsOptions,
} from '../src/index.ts'
import type { RateLimits } from '@kith/core/ports'
import { closeLater } from '../../../test/servers/close-later.ts'
import { type Proxy, startProxy } from '../../../test/servers/proxy.ts'
import { leaseMillis, trusts, until } from '../../../test/shared-server/mirrors.ts'
import type { LogLine, Logging, SharedPlace } from '../../../test/shared-server/shared-place.ts'

/** The Redis server of a test. */
export interface Place {
  /** A local port, or those of all nodes of a cluster. */
  ports: readonly number[]
  prefix: string
}

/** A client like an app's, until the end of the tests. */
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
  // Otherwise ioredis prints its connection errors.
  client.on('error', () => {})
  closeLater(() => client.disconnect())
  return client
}

/** The revocations of one process, until the end of the tests. */
export function openRevocations(
  place: Place,
  options: Partial<RedisRevocationsOptions> = {},
): RedisRevocations & { client: RedisClient; warnings: LogLine[] } {
  const client = options.client ?? connect(place)
  const warnings: LogLine[] = []
  const logger = { warn: (...line: LogLine) => warnings.push(line) }
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

/** The rate limits of one process, once it is connected. */
export async function openRateLimits(
  place: Place,
  options: Partial<RedisRateLimitsOptions> = {},
): Promise<Logging<RateLimits>> {
  const client = connect(place)
  await connected(client)
  const warnings: LogLine[] = []
  const logger = { warn: (...line: LogLine) => warnings.push(line) }
  return { ...createRedisRateLimits({ client, prefix: place.prefix, logger, ...options }), warnings }
}

/** The interface for the tests that Redis and PostgreSQL share. */
export function asShared(place: Place): SharedPlace {
  const reached = (by?: Proxy): Place => (by ? { ...place, ports: [by.port] } : place)
  return {
    revocations: ({ by, whenUnreachable } = {}) => openRevocations(reached(by), { whenUnreachable }),
    connected: ({ by, whenUnreachable } = {}) => openConnected(reached(by), { whenUnreachable }),
    rateLimits: ({ by, whenUnreachable } = {}) => openRateLimits(reached(by), { whenUnreachable }),
    async openProxy() {
      const proxy = await startProxy({ port: place.ports[0] ?? 0 })
      closeLater(() => proxy.close())
      return proxy
    },
  }
}

async function connected(client: RedisClient): Promise<void> {
  await client.ping()
  if (client.isCluster) await Promise.all((client as Cluster).nodes('master').map((node) => node.ping()))
}

/** Waits until checks have used the memory for longer than a single contact with the server is trusted. */
export async function untilTrustedForLong(...all: RedisRevocations[]): Promise<void> {
  let since = performance.now()
  await until(() => {
    // A machine that stalls for most of a second ends the lease, as intended: then the wait starts again.
    if (!all.every((each) => trusts(each))) since = performance.now()
    return performance.now() - since > 2 * leaseMillis
  })
}
