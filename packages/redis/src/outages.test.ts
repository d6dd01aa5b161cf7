import { randomUUID } from 'node:crypto'
import type { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { closeLater } from '../../../test/servers/close-later.ts'
import { describeWithRedis } from '../../../test/servers/describe-servers.ts'
import type { RedisServer } from '../../../test/servers/redis-server.ts'
import { testBrokenNetworks } from '../../../test/shared-server/broken-networks.ts'
import { testChaos } from '../../../test/shared-server/chaos.ts'
import { inAMinute, timed, until, untilTrusted, wait } from '../../../test/shared-server/mirrors.ts'
import { rules } from '../../../test/shared-server/shared-place.ts'
import { asShared, connect, openRevocations, type Place } from '../test/instances.ts'
import { startProxy } from '../../../test/servers/proxy.ts'
import { createRedisRateLimits } from './index.ts'

function placeAt(redis: RedisServer): Place {
  return { ports: [redis.port], prefix: redis.freshPrefix() }
}

await describeWithRedis('a failing server and network', { control: true, durable: true }, (redis) => {
  testChaos(test, async () => {
    const { control } = redis()
    if (!control) throw new Error('the server is not ours')
    return { ...asShared(placeAt(redis())), control }
  })
})

await describeWithRedis('broken connections', {}, (redis) => {
  test('a mirror whose connection breaks is not trusted, and is complete when it is trusted again', async () => {
    const place = placeAt(redis())
    const [one, other] = [openRevocations(place), openRevocations(place)]
    const admin = connect(place) as Redis
    await untilTrusted(one, other)
    for (let round = 0; round < 10; round++) {
      const id = randomUUID()
      const revoked = one.revoke([id], inAMinute())
      await admin.call('CLIENT', 'KILL', 'TYPE', 'normal')
      // Refused if a machine needs a second to reconnect; it is known nevertheless.
      const refusal = await revoked.catch((error: unknown) => error)
      if (refusal) expect(refusal).toMatchObject({ code: 'storage-unavailable' })
      // Its client has to reconnect before it can ask, and it may notice its own broken connection a moment later.
      await until(() => other.isRevoked(id))
      for (let look = 0; look < 10; look++) {
        expect(await other.isRevoked(id)).toBe(true)
        await wait(2)
      }
      await untilTrusted(one, other)
    }
  })

  testBrokenNetworks(test.concurrent, async () => asShared(placeAt(redis())))

  test.concurrent('a client with a socketTimeout recovers for rate limits by itself', async () => {
    const place = placeAt(redis())
    const proxy = await startProxy({ port: redis().port })
    closeLater(() => proxy.close())
    const client = connect({ ports: [proxy.port] }, { socketTimeout: 500 })
    const limits = createRedisRateLimits({ client, prefix: place.prefix })
    await limits.hit('a', rules, new Date())
    proxy.abandon()
    await timed(() => limits.hit('a', rules, new Date()))
    await until(async () => (await limits.hit('a', rules, new Date())).allowed)
  })
})
