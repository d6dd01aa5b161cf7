import { setTimeout as sleep } from 'node:timers/promises'
import { Cluster, Redis } from 'ioredis'
import { expect, onTestFinished, test } from 'vitest'
import { describeWithRedis, describeWithRedisCluster } from './describe-servers.ts'

function connected(url: string): Redis {
  const redis = new Redis(url)
  onTestFinished(() => redis.disconnect())
  return redis
}

await describeWithRedis('a Redis server', {}, (redis) => {
  test('is what it says, and no cluster', async () => {
    const info = await connected(redis().url).info()
    expect(redis().description).toContain(`Redis ${/redis_version:(\S+)/.exec(info)?.[1]} (`)
    expect(info).toContain('cluster_enabled:0')
  })

  test('gives each test keys of its own', () => {
    expect(redis().freshPrefix()).not.toBe(redis().freshPrefix())
  })
})

await describeWithRedis('a forgetful Redis server of our own', { control: true }, (redis) => {
  test('starts empty after a kill', async () => {
    const client = connected(redis().url)
    await client.set('key', 'value')
    await redis().control?.restart()
    expect(await client.get('key')).toBeNull()
  })

  test('answers nothing while frozen and all of it when thawed', async () => {
    const client = connected(redis().url)
    await client.ping()
    await redis().control?.freeze()
    const answer = client.ping()
    expect(await Promise.race([answer, sleep(300, 'silence')])).toBe('silence')
    redis().control?.thaw()
    expect(await answer).toBe('PONG')
  })
})

await describeWithRedis('a durable Redis server of our own', { control: true, durable: true }, (redis) => {
  test('comes back after a kill with what it had acknowledged', async () => {
    const client = connected(redis().url)
    await client.set('key', 'value')
    await redis().control?.kill()
    await redis().control?.restart()
    expect(await client.get('key')).toBe('value')
  })
})

await describeWithRedisCluster('a Redis cluster', (cluster) => {
  test('serves all slots, each third by another node', async () => {
    const { nodes } = cluster()
    for (const { host, port } of nodes) {
      const info = await connected(`redis://${host}:${port}`).cluster('INFO')
      expect(info).toContain('cluster_state:ok')
      expect(info).toContain('cluster_slots_ok:16384')
      expect(info).toContain('cluster_size:3')
    }
  })

  test('answers a client that follows redirections', async () => {
    const client = new Cluster(cluster().nodes.map(({ host, port }) => ({ host, port })))
    onTestFinished(() => client.disconnect())
    const keys = Array.from({ length: 30 }, (_, index) => `key-${index}`)
    await Promise.all(keys.map((key) => client.set(key, key)))
    expect(await Promise.all(keys.map((key) => client.get(key)))).toEqual(keys)
  })
})
