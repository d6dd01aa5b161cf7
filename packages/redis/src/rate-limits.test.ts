import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { cheapPasswords } from '@kith/conformance'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { closeLater } from '../../../test/servers/close-later.ts'
import { describeWithRedis } from '../../../test/servers/describe-servers.ts'
import { wait } from '../../../test/shared-server/mirrors.ts'
import { connect, openRateLimits, type Place } from '../test/instances.ts'
import { createRedisRateLimits } from './index.ts'

test('rejects invalid options', () => {
  const client = new Redis({ lazyConnect: true })
  expect(() => createRedisRateLimits({ client, prefix: '{' })).toThrow(TypeError)
  expect(() => createRedisRateLimits({ client, whenUnreachable: '' as 'open' })).toThrow(TypeError)
})

await describeWithRedis('on a server', {}, (redis) => {
  function freshPlace(): Place {
    return { ports: [redis().port], prefix: redis().freshPrefix() }
  }

  test('constructing one sends nothing', async () => {
    const client = new Redis(redis().port, { lazyConnect: true })
    closeLater(() => client.disconnect())
    createRedisRateLimits({ client })
    await wait(20)
    expect(client.status).toBe('wait')
  })

  test('Redis drops a window a second after its end, whatever the clock of the caller', async () => {
    const place = freshPlace()
    const limits = await openRateLimits(place)
    const client = connect(place)
    const rules = [{ limit: 2, windowSeconds: 60 }]
    for (let attempt = 0; attempt < 4; attempt++) await limits.hit('a', rules, new Date(1_000))
    const [bucket = ''] = await client.keys(`${place.prefix}:*`)
    const left = await client.pttl(bucket)
    expect(left).toBeGreaterThan(59_000)
    expect(left).toBeLessThanOrEqual(61_000)
    await limits.reset(['a'])
    expect(await client.exists(bucket)).toBe(0)
  })

  test('invented names share buckets, and expired entries are swept out of them', async () => {
    const place = freshPlace()
    const limits = await openRateLimits(place)
    const client = connect(place)
    const rules = [
      { limit: 20, windowSeconds: 60 },
      { limit: 200, windowSeconds: 3_600 },
    ]
    const fields = async (): Promise<number> => {
      const buckets = await client.keys(`${place.prefix}:limits:*`)
      expect(buckets.length).toBeLessThanOrEqual(4_096)
      return (await Promise.all(buckets.map((bucket) => client.hlen(bucket)))).reduce(
        (sum, size) => sum + size,
        0,
      )
    }
    const start = Date.now()
    const spray = (round: number): Promise<unknown> =>
      Promise.all(
        Array.from({ length: 8_192 }, (_, index) =>
          limits.hit(`${round}/${index}`, rules, new Date(start + round * 61_000)),
        ),
      )
    await spray(0)
    const first = await fields()
    for (let round = 1; round < 5; round++) await spray(round)
    // At most one entry of each bucket says when it is swept.
    expect(await fields()).toBeLessThan(first + 2 * 4_096)
  })

  test('a server that lost the script gets it again', async () => {
    const place = freshPlace()
    const limits = await openRateLimits(place)
    const attempt = async (): Promise<boolean> =>
      (await limits.hit('a', [{ limit: 1, windowSeconds: 60 }], new Date())).allowed
    expect(await attempt()).toBe(true)
    await connect(place).script('FLUSH')
    expect(await attempt()).toBe(false)
  })

  test('works with a client that has custom settings', async () => {
    const client = new Redis(redis().port, {
      keyPrefix: 'app:',
      replyMapping: 'resp3',
      stringNumbers: true,
      enableAutoPipelining: true,
    })
    closeLater(() => client.disconnect())
    const limits = createRedisRateLimits({ client, prefix: redis().freshPrefix() })
    const hit = (): Promise<unknown> => limits.hit('a', [{ limit: 1, windowSeconds: 60 }], new Date(0))
    expect(await hit()).toEqual({ allowed: true, retryAfterSeconds: 0 })
    expect(await hit()).toEqual({ allowed: false, retryAfterSeconds: 60 })
  })

  test('sign-ins from one IPv6 /64 count together in two processes, those from another do not', async () => {
    const place = freshPlace()
    const storage = createMemoryStorage()
    const shared = await Promise.all([openRateLimits(place), openRateLimits(place)])
    const processes = shared.map((rateLimits) =>
      createKith({
        secret: 'a secret of the tests, of 32 characters or more',
        storage,
        passwords: cheapPasswords,
        rateLimits,
        limits: { loginByAddress: [{ limit: 6, window: '1m' }] },
      }),
    )
    const attempt = async (index: number, address: string): Promise<string | undefined> =>
      await processes[index % 2]?.sessions
        .login({ login: `nobody-${index}`, password: 'wrong password' }, { address })
        .then(
          () => 'signed in',
          (error: { code: string }) => error.code,
        )
    const spellings = (index: number): string => `2001:db8:0:7:${index.toString(16)}::${index}`
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, index) => attempt(index, spellings(index))),
    )
    expect(answers.filter((code) => code === 'invalid-credentials')).toHaveLength(6)
    expect(answers.filter((code) => code === 'rate-limited')).toHaveLength(14)
    expect(await attempt(0, '2001:db8:0:8::1')).toBe('invalid-credentials')
  })
})
