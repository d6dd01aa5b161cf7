import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { describeWithRedis } from '../../../test/servers/describe-servers.ts'
import { type Proxy, startProxy } from '../../../test/servers/proxy.ts'
import type { RedisServer } from '../../../test/servers/redis-server.ts'
import { demandKnown, demandRefusals, refusalMillis, untilUntrusted } from '../test/demands.ts'
import {
  closeLater,
  connect,
  inAMinute,
  openRevocations,
  type Place,
  timed,
  trusts,
  until,
  untilTrusted,
  wait,
} from '../test/instances.ts'
import { createRedisRateLimits } from './index.ts'

const rules = [{ limit: 1_000, windowSeconds: 60 }]

function placeAt(redis: RedisServer): Place {
  return { ports: [redis.port], prefix: redis.freshPrefix() }
}

/** Opens a stretch of network to the server, for one process. */
async function openProxy(redis: RedisServer): Promise<Proxy> {
  const proxy = await startProxy({ port: redis.port })
  closeLater(() => proxy.close())
  return proxy
}

await describeWithRedis('connections that break', {}, (redis) => {
  test('a mirror whose connection breaks is not trusted, and knows all when it is again', async () => {
    const place = placeAt(redis())
    const [one, other] = [openRevocations(place), openRevocations(place)]
    const admin = connect(place) as Redis
    await untilTrusted(one, other)
    for (let round = 0; round < 10; round++) {
      const id = randomUUID()
      const revoked = one.revoke([id], inAMinute())
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal')
      // Refused where a machine takes a second to connect again; it is known all the same.
      const refusal = await revoked.catch((error: unknown) => error)
      if (refusal) expect(refusal).toMatchObject({ code: 'storage-unavailable' })
      // Its client has to come back before it can ask, and it may hear of its own broken connection a moment later.
      await until(() => other.isRevoked(id))
      for (let look = 0; look < 10; look++) {
        expect(await other.isRevoked(id)).toBe(true)
        await wait(2)
      }
      await untilTrusted(one, other)
    }
  })

  test.concurrent(
    'what was revoked while a process was cut off is known before its mirror is trusted',
    async () => {
      const place = placeAt(redis())
      const proxy = await openProxy(redis())
      const one = openRevocations(place)
      const other = openRevocations({ ...place, ports: [proxy.port] })
      await untilTrusted(one, other)
      for (let round = 0; round < 5; round++) {
        await proxy.cut()
        await untilUntrusted(other)
        const ids = Array.from({ length: 100 }, () => randomUUID())
        await one.revoke(ids, inAMinute())
        await proxy.heal()
        while (!trusts(other)) await wait(0)
        expect(ids.filter((id) => other.isRevoked(id) !== true)).toEqual([])
      }
    },
  )

  test.concurrent('a network that swallows everything is noticed within a second', async () => {
    const place = placeAt(redis())
    const proxy = await openProxy(redis())
    const one = openRevocations(place)
    const other = openRevocations({ ...place, ports: [proxy.port] })
    await untilTrusted(one, other)
    proxy.stall()
    const id = randomUUID()
    await one.revoke([id], inAMinute())
    const { millis } = await timed(() => untilUntrusted(other))
    expect(millis).toBeLessThan(1_500)
    await demandRefusals(() => other.isRevoked(id))
    const { millis: next } = await timed(() => other.isRevoked(id))
    expect(next, 'while Redis is silent calls do not wait the second for it').toBeLessThan(500)
    await proxy.heal()
    await demandKnown(other, [id])
    expect(await other.isRevoked('nobody')).toBe(false)
  })

  test.concurrent(
    'a network that swallows present connections only: revocations go by new ones',
    async () => {
      const place = placeAt(redis())
      const proxy = await openProxy(redis())
      const one = openRevocations({ ...place, ports: [proxy.port] })
      const other = openRevocations(place)
      await untilTrusted(one, other)
      proxy.abandon()
      await untilUntrusted(one)
      await untilTrusted(one)
      const id = randomUUID()
      // The client of the app hangs until its `socketTimeout` or the kernel gives up.
      const { millis, error } = await timed(() => one.revoke([id], inAMinute()))
      expect(error).toBeUndefined()
      expect(millis).toBeLessThan(1_000)
      await until(() => other.isRevoked(id))
    },
  )

  test.concurrent('a network that is slow: what was revoked over a second ago is never missed', async () => {
    const place = placeAt(redis())
    const proxy = await openProxy(redis())
    const one = openRevocations(place)
    const other = openRevocations({ ...place, ports: [proxy.port] })
    await untilTrusted(one, other)
    proxy.delay(400)
    const revoked = new Map<string, number>()
    const missed: number[] = []
    for (const start = performance.now(); performance.now() - start < 4_000; await wait(20)) {
      const id = randomUUID()
      await one.revoke([id], inAMinute())
      revoked.set(id, performance.now())
      for (const [each, since] of revoked) {
        const age = performance.now() - since
        const answer = other.isRevoked(each)
        if (typeof answer !== 'boolean') answer.catch(() => {})
        else if (!answer && age > 1_000) missed.push(age)
      }
    }
    expect(missed).toEqual([])
  })

  test.concurrent('a client with a socketTimeout comes back to rate limits by itself', async () => {
    const place = placeAt(redis())
    const proxy = await openProxy(redis())
    const client = connect({ ports: [proxy.port] }, { socketTimeout: 500 })
    const limits = createRedisRateLimits({ client, prefix: place.prefix })
    await limits.hit('a', rules, new Date())
    proxy.abandon()
    await timed(() => limits.hit('a', rules, new Date()))
    await until(async () => (await limits.hit('a', rules, new Date())).allowed)
  })

  test.concurrent(
    'a call cut off in the middle fails or succeeds in time, and the next ones work',
    async () => {
      const place = placeAt(redis())
      const proxy = await openProxy(redis())
      const one = openRevocations({ ...place, ports: [proxy.port] })
      const limits = createRedisRateLimits({ client: one.client, prefix: place.prefix })
      await untilTrusted(one)
      for (let round = 0; round < 5; round++) {
        proxy.delay(40)
        const id = randomUUID()
        const calls = [
          timed(() => one.revoke([id], inAMinute())),
          timed(() => limits.hit('a', rules, new Date())),
        ]
        await wait(60)
        await proxy.cut()
        await wait(100)
        await proxy.heal()
        for (const { millis, error } of await Promise.all(calls)) {
          expect(millis).toBeLessThan(refusalMillis)
          if (error) expect(error).toMatchObject({ code: 'storage-unavailable' })
        }
        expect(await one.isRevoked(id)).toBe(true)
        // Refused or not, a process that comes later knows of it.
        await untilTrusted(one)
        const later = openRevocations(place)
        await until(() => later.isRevoked(id))
      }
      await until(async () => (await limits.hit('a', rules, new Date())).allowed)
    },
  )
})
