import { randomUUID } from 'node:crypto'
import type { Cluster } from 'ioredis'
import { expect, test } from 'vitest'
import { describeWithRedisCluster } from '../../../test/servers/describe-servers.ts'
import {
  demandKnown,
  demandRefusals,
  inAMinute,
  until,
  untilTrusted,
  untilUntrusted,
  wait,
} from '../../../test/shared-server/mirrors.ts'
import { testPromises } from '../test/promises.ts'
import { openRevocations, type Place } from '../test/instances.ts'
import { createRedisRateLimits } from './index.ts'

await describeWithRedisCluster('on a cluster of three', (cluster) => {
  const placeOf = (prefix: string): Place => ({ ports: cluster().nodes.map(({ port }) => port), prefix })
  let cases = 0
  testPromises(() => placeOf(`case-${++cases}`))

  test('a revocation reaches the other process within 100 ms', async () => {
    const place = placeOf('latency')
    const [one, other] = [openRevocations(place), openRevocations(place)]
    await untilTrusted(one, other)
    const latencies: number[] = []
    for (let count = 0; count < 40; count++) {
      const id = randomUUID()
      const start = performance.now()
      await one.revoke([id], inAMinute())
      while (other.isRevoked(id) !== true) await wait(0)
      latencies.push(performance.now() - start)
    }
    expect(latencies.sort((a, b) => a - b)[20]).toBeLessThan(100)
  })

  test('rate limits are distributed over the nodes', async () => {
    const { client } = openRevocations(placeOf('spread'))
    const limits = createRedisRateLimits({ client, prefix: 'spread' })
    const keys = Array.from({ length: 60 }, () => randomUUID())
    const hit = async (key: string): Promise<boolean> =>
      (await limits.hit(key, [{ limit: 1, windowSeconds: 60 }], new Date())).allowed
    expect((await Promise.all(keys.map(hit))).every(Boolean)).toBe(true)
    expect((await Promise.all(keys.map(hit))).some(Boolean)).toBe(false)
    const sizes = await Promise.all((client as Cluster).nodes('master').map((node) => node.dbsize()))
    expect(sizes.every((size) => size > 0)).toBe(true)
    await limits.reset(keys)
    expect((await Promise.all(keys.map(hit))).every(Boolean)).toBe(true)
  })

  test('the node of the denylist dies and restarts empty: refused in time, then every process has all entries', async () => {
    const place = placeOf('dies')
    const [one, other] = [openRevocations(place), openRevocations(place)]
    await untilTrusted(one, other)
    const [before, during] = [randomUUID(), randomUUID()]
    await one.revoke([before], inAMinute())
    await until(() => other.isRevoked(before))
    const slot = await one.client.cluster('KEYSLOT', 'dies:{revocations}:denied')
    const node = cluster().nodes[Math.floor(slot / 5_462)]
    await node?.control.kill()
    await untilUntrusted(one)
    await Promise.all([
      demandRefusals(() => one.isRevoked('somebody')),
      demandRefusals(() => one.revoke([during], inAMinute())),
    ])
    await node?.control.restart()
    await demandKnown(one, [before, during])
    await untilTrusted(other)
    await until(() => other.isRevoked(during))
    await demandKnown(openRevocations(place), [before, during])
  })
})
