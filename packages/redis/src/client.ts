import type { Cluster, Redis } from 'ioredis'

/** A client of ioredis: for one server, for Sentinel, or for a Redis Cluster. It stays the caller's, who also closes it. */
export type RedisClient = Redis | Redis<'resp3'> | Cluster | Cluster<'resp3'>

/** A connection of our own, made like the caller's client. */
export type RedisConnection = Redis | Cluster

/**
 * Opens a connection beside that of the caller's client. It is for one use: where it breaks it fails at once what is
 * under way, and does not come back.
 */
export function openBeside(client: RedisClient): RedisConnection {
  const connection = client.isCluster
    ? duplicateCluster(client as Cluster)
    : (client as Redis).duplicate(alone)
  // Whoever waits for a command hears of it there.
  connection.on('error', () => {})
  return connection
}

/** Whatever the caller's client has set, these are needed for commands that wait and for answers of one shape. */
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

/** Keys start with it. Braces would change how a cluster places them. @throws TypeError */
export function checkPrefix(prefix: string): string {
  if (typeof prefix !== 'string' || /[{}]/.test(prefix))
    throw new TypeError('prefix must be text without braces')
  return prefix
}
