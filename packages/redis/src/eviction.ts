import type { RedisClient } from './client.ts'

/**
 * What is wrong with how the server makes room when it is full, as a sentence for the log; `null` where nothing is, and where
 * the server does not say. `INFO` is what ioredis itself asks for, so that no right is needed beyond that.
 */
export async function evictionProblem(client: RedisClient): Promise<string | null> {
  const info = String(await client.info('memory').catch(() => ''))
  const policy = /^maxmemory_policy:(\S+)/m.exec(info)?.[1] ?? 'noeviction'
  const bounded = Number(/^maxmemory:(\d+)/m.exec(info)?.[1] ?? 0) > 0
  if (!bounded || policy === 'noeviction') return null
  return (
    `Redis: maxmemory-policy is ${policy}, so a full server drops revocations, and sessions that were ended work again for up ` +
    'to 15 minutes. Set it to noeviction, or keep revocations on a server of their own.'
  )
}
