import type { Cluster, Redis } from 'ioredis'

/** An ioredis client: for one server, for Sentinel, or for a Redis Cluster. The caller owns and closes it. */
export type RedisClient = Redis | Redis<'resp3'> | Cluster | Cluster<'resp3'>

/** A separate connection, created like the caller's client. */
export type RedisConnection = Redis | Cluster

/**
 * Opens a connection in addition to the caller's client. It is for one use: if it breaks, it immediately fails pending
 * calls, and does not reconnect.
 */
export function openBeside(client: RedisClient): RedisConnection {
  const connection = client.isCluster
    ? duplicateCluster(client as Cluster)
    : (client as Redis).duplicate(alone)
  // Callers that wait for a command get the error there.
  connection.on('error', () => {})
  return connection
}

/** Whatever the options of the caller's client, blocking commands and uniform replies need these. */
const alone = {
  lazyConnect: false,
  retryStrategy: null,
  reconnectOnError: null,
  autoResendUnfulfilledCommands: false,
  enableOfflineQueue: true,
  enableAutoPipelining: false,
  enableReadyCheck: false,
  connectTimeout: 2_000,
  commandTimeout: undefined,
  socketTimeout: undefined,
  blockingTimeout: undefined,
  monitor: false,
  readOnly: false,
  stringNumbers: false,
  protocol: 2,
  replyMapping: 'legacy',
} as const

function duplicateCluster(client: Cluster): Cluster {
  const { lazyConnect, enableOfflineQueue, enableAutoPipelining, enableReadyCheck, ...redisOptions } = alone
  return client.duplicate([], {
    lazyConnect,
    enableOfflineQueue,
    enableAutoPipelining,
    enableReadyCheck,
    clusterRetryStrategy: () => null,
    // A replica may be behind.
    scaleReads: 'master',
    shardedSubscribers: false,
    redisOptions,
  })
}

/** The prefix of keys. Braces would change how a cluster places them. @throws TypeError */
export function checkPrefix(prefix: string): string {
  if (typeof prefix !== 'string' || /[{}]/.test(prefix))
    throw new TypeError('prefix must be a string without braces')
  return prefix
}
