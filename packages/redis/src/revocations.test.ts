import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { expect, test, vi } from 'vitest'
import { closeLater } from '../../../test/servers/close-later.ts'
import { describeWithRedis } from '../../../test/servers/describe-servers.ts'
import { inAMinute, trusts, until, untilTrusted, wait } from '../../../test/shared-server/mirrors.ts'
import {
  connect,
  openConnected,
  openRevocations,
  type Place,
  untilTrustedForLong,
} from '../test/instances.ts'
import { createRedisRevocations } from './index.ts'

test('rejects invalid options', () => {
  const client = new Redis({ lazyConnect: true })
  expect(() => createRedisRevocations({ client, prefix: 'a{b}' })).toThrow(TypeError)
  expect(() => createRedisRevocations({ client, whenUnreachable: 'ajar' as 'open' })).toThrow(TypeError)
})

await describeWithRedis('on a server', {}, (redis) => {
  function freshPlace(): Place {
    return { ports: [redis().port], prefix: redis().freshPrefix() }
  }
  const idsOf = (count: number): string[] => Array.from({ length: count }, () => randomUUID())

  test('constructing one sends nothing', async () => {
    const client = new Redis(redis().port, { lazyConnect: true })
    closeLater(() => client.disconnect())
    createRedisRevocations({ client })
    await wait(20)
    expect(client.status).toBe('wait')
  })

  test('the first check asks Redis; once the mirror is complete, checks use the memory', async () => {
    const place = freshPlace()
    const [one, other] = [await openConnected(place), await openConnected(place)]
    await one.revoke(['a'], inAMinute())
    const first = other.isRevoked('a')
    expect(first).toBeInstanceOf(Promise)
    expect(await first).toBe(true)
    await untilTrusted(other)
    expect([other.isRevoked('a'), other.isRevoked('b')]).toEqual([true, false])
  })

  test('a check of a trusted mirror sends nothing to Redis', async () => {
    const { client, ...revocations } = openRevocations(freshPlace())
    await untilTrusted(revocations)
    const send = vi.spyOn(client, 'sendCommand')
    for (let check = 0; check < 100; check++) expect(revocations.isRevoked(randomUUID())).toBe(false)
    expect(send).not.toHaveBeenCalled()
    await revocations.revoke(['a'], inAMinute())
    expect(send).toHaveBeenCalled()
  })

  test('a revocation reaches the other process within 100 ms', async () => {
    const place = freshPlace()
    const [one, other] = [openRevocations(place), openRevocations(place)]
    await untilTrusted(one, other)
    const latencies: number[] = []
    for (const id of idsOf(40)) {
      const start = performance.now()
      await one.revoke([id], inAMinute())
      while (other.isRevoked(id) !== true) await wait(0)
      latencies.push(performance.now() - start)
    }
    expect(latencies.sort((a, b) => a - b)[20]).toBeLessThan(100)
  })

  test('the mirror stays trusted while it is idle', async () => {
    await untilTrustedForLong(openRevocations(freshPlace()))
  })

  test('revokes thousands of sessions in one call, and reads them back in pages', async () => {
    const place = freshPlace()
    const one = await openConnected(place)
    const ids = idsOf(12_000)
    await one.revoke(ids, inAMinute())
    const other = openRevocations(place)
    await untilTrusted(other)
    expect(ids.filter((id) => other.isRevoked(id) !== true)).toEqual([])
  })

  test('Redis drops entries and keys after their end', async () => {
    const place = freshPlace()
    const client = connect(place)
    // Expired entries stay five minutes longer, for clocks that are behind.
    const { revoke } = await openConnected(place)
    const past = new Date(Date.now() - 300_000 + 2_000)
    await revoke(['a', 'b'], past)
    const denied = `${place.prefix}:{revocations}:denied`
    expect(await client.zcard(denied)).toBe(2)
    expect(await client.pttl(denied)).toBeLessThanOrEqual(2_000)
    await revoke(['c'], new Date(Date.now() - 300_000 + 30_000))
    await wait(2_050)
    await revoke(['d'], inAMinute())
    expect(await client.zrange(denied, '0', '-1')).toEqual(['c', 'd'])
    const left = await client.pttl(denied)
    expect(left).toBeGreaterThan(355_000)
    expect(left).toBeLessThanOrEqual(360_000)
    expect(await client.pttl(`${place.prefix}:{revocations}:pushed`)).toBeGreaterThan(86_000_000)
    await revoke(['e'], new Date(0))
    expect(await client.zcard(denied)).toBe(2)
  })

  test('an end is determined by the configured clock, not by the clock of Redis', async () => {
    const place = freshPlace()
    const clock = (): Date => new Date('2001-01-01T00:00:00Z')
    const { revoke } = await openConnected(place, { clock })
    await revoke(['a'], new Date('2001-01-01T00:01:00Z'))
    const left = await connect(place).pttl(`${place.prefix}:{revocations}:denied`)
    expect(left).toBeGreaterThan(355_000)
    expect(left).toBeLessThanOrEqual(360_000)
  })

  test('works for an app whose client has custom settings', async () => {
    const place = freshPlace()
    const client = new Redis(redis().port, {
      keyPrefix: 'app:',
      db: 3,
      replyMapping: 'resp3',
      stringNumbers: true,
      enableAutoPipelining: true,
      commandTimeout: 150,
      socketTimeout: 150,
      blockingTimeout: 100,
      maxRetriesPerRequest: null,
    })
    client.on('error', () => {})
    closeLater(() => client.disconnect())
    const [one, other] = [openRevocations(place, { client }), openRevocations(place, { client })]
    // The app's timeout for its own commands is too short on a busy machine.
    await until(() => one.revoke(['a'], inAMinute()).then(() => true))
    await until(() => other.isRevoked('a'))
    await untilTrustedForLong(one, other)
    await until(() => one.revoke(['b'], inAMinute()).then(() => true))
    await until(() => other.isRevoked('b'))
    expect((await connect(place, { db: 3 }).keys(`app:${place.prefix}*`)).length).toBe(2)
  })

  test('a server that lost the scripts gets them again', async () => {
    const place = freshPlace()
    const one = openRevocations(place)
    await untilTrusted(one)
    await one.client.script('FLUSH')
    await one.revoke(['a'], inAMinute())
    await one.client.script('FLUSH')
    expect(await openRevocations(place).isRevoked('a')).toBe(true)
  })

  test('after close the connection is closed and each check asks Redis', async () => {
    const connectionName = randomUUID()
    const client = new Redis(redis().port, { connectionName })
    closeLater(() => client.disconnect())
    const revocations = openRevocations(freshPlace(), { client })
    await untilTrusted(revocations)
    const connections = async (): Promise<number> =>
      String(await client.call('CLIENT', 'LIST')).split(`name=${connectionName} `).length - 1
    expect(await connections()).toBe(2)
    await revocations.close()
    await until(async () => (await connections()) === 1)
    await revocations.revoke(['a'], inAMinute())
    expect(await revocations.isRevoked('b')).toBe(false)
    await wait(50)
    expect([revocations.isRevoked('a'), trusts(revocations)]).toEqual([true, false])
  })

  test('a process that was busy for longer than the lease asks Redis before it trusts its mirror', async () => {
    const revocations = openRevocations(freshPlace())
    await untilTrusted(revocations)
    const end = performance.now() + 1_050
    while (performance.now() < end);
    expect(revocations.isRevoked('nobody')).toBeInstanceOf(Promise)
    await untilTrusted(revocations)
  })

  test('prefixes separate apps', async () => {
    const [one, other] = [openRevocations(freshPlace()), openRevocations(freshPlace())]
    await untilTrusted(one, other)
    await one.revoke(['a'], inAMinute())
    await wait(50)
    expect(other.isRevoked('a')).toBe(false)
  })
})
