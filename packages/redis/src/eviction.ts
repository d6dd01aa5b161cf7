import type { Log } from '@kith/core/adapter'
import type { Cluster, Redis } from 'ioredis'
import type { RedisClient } from './client.ts'

/** What is wrong with one server, as a sentence for the log; `null` if nothing is. */
async function problemOf(server: RedisClient): Promise<string | null> {
  const info = String(await server.info('memory'))
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1]
  const limit = /^maxmemory:(\d+)/m.exec(info)?.[1]
  if (policy === undefined || limit === undefined) return unchecked('`INFO memory` does not say it')
  if (limit === '0' || policy === 'noeviction') return null
  return (
    `Redis: maxmemory-policy is ${policy}, so a full server drops revocations, and sessions that were ended work again for up ` +
    'to 15 minutes. Set it to noeviction, or keep revocations on a separate server.'
  )
}

function unchecked(reason: string): string {
  return (
    `Redis: whether a full server drops revocations could not be checked: ${reason}. Make sure that maxmemory-policy is ` +
    'noeviction, and allow the user of Kith to run it (`ACL SETUSER <user> +info`) so that it is checked at each start.'
  )
}

/**
 * What is wrong with the eviction policies of the servers, as a sentence; `null` if nothing is. @throws if they cannot
 * be queried
 */
export async function evictionProblem(client: RedisClient): Promise<string | null> {
  const servers: RedisClient[] = client.isCluster ? (client as Cluster).nodes('master') : [client]
  try {
    const problems = await Promise.all(servers.map(problemOf))
    return problems.find((problem) => problem !== null) ?? null
  } catch (error) {
    if (error instanceof Error && error.name === 'ReplyError') return unchecked(error.message)
    throw error
  }
}

/**
 * Checks the eviction policy of the server as soon as the client is connected, and logs a problem. Sends nothing while
 * it is not connected, and repeats the query if the connection broke meanwhile. Returns a function that ends it.
 */
export function checkEviction(client: RedisClient, log: Log): () => void {
  // Both kinds of clients emit the same event, but TypeScript has no common type of their methods.
  const emitter = client as Redis
  const stop = (): void => void emitter.off('ready', check)

  function check(): void {
    evictionProblem(client).then(
      (problem) => {
        stop()
        if (problem !== null) log.warn('redis.evicts', { message: problem })
      },
      // The connection broke: the next one repeats the query.
      () => {},
    )
  }

  emitter.on('ready', check)
  if (client.status === 'ready') check()
  return stop
}
