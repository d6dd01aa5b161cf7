import { Redis } from 'ioredis'
import { inWords } from './in-words.ts'

/** Version, where it came from and topology, by a server's own words. Rejects if none answers. */
export async function describeRedis(url: string, origin: string): Promise<string> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  try {
    await redis.connect()
    const info = await redis.info()
    const version = /redis_version:(\S+)/.exec(info)?.[1] ?? 'of an unknown version'
    const clustered = info.includes('cluster_enabled:1')
    const size = clustered ? Number(/cluster_size:(\d+)/.exec(await redis.cluster('INFO'))?.[1]) : 0
    return `Redis ${version} (${origin}), ${clustered ? `cluster of ${inWords(size)}` : 'single server'}`
  } finally {
    redis.disconnect()
  }
}
