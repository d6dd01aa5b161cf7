import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { describeWithRedis } from '../../../test/servers/describe-servers.ts'
import { startRedis } from '../../../test/servers/redis-server.ts'
import type { ServerControl } from '../../../test/servers/server-process.ts'
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
  untilTrustedForLong,
  wait,
} from '../test/instances.ts'
import { createRedisRateLimits, createRedisRevocations } from './index.ts'

const rules = [{ limit: 1_000, windowSeconds: 60 }]

/** A server for one test alone, so that those of this file can fail side by side. */
async function ownServer(): Promise<{ place: Place; control: ServerControl }> {
  const { port, control, freshPrefix, stop } = await startRedis({ control: true })
  closeLater(stop)
  if (!control) throw new Error('the server is not ours')
  return { place: { ports: [port], prefix: freshPrefix() }, control }
}

await describeWithRedis('a server that fails', { control: true }, () => {
  test.concurrent(
    'stopped: refused in time; started again empty: every process knows what any of them knew',
    async () => {
      const { place, control } = await ownServer()
      const [one, other] = [openRevocations(place), openRevocations(place)]
      const limits = createRedisRateLimits({ client: one.client, prefix: place.prefix })
      await untilTrusted(one, other)
      const [before, during] = [randomUUID(), randomUUID()]
      await one.revoke([before], inAMinute())
      await until(() => other.isRevoked(before))
      await control.kill()
      await untilUntrusted(one)
      await Promise.all([
        demandRefusals(() => one.isRevoked('somebody')),
        demandRefusals(() => limits.hit('a', rules, new Date())),
        demandRefusals(() => one.revoke([during], inAMinute())),
      ])
      expect([one.isRevoked(before), one.isRevoked(during)]).toEqual([true, true])
      await control.restart()
      await untilTrusted(one, other)
      await until(() => other.isRevoked(during))
      expect(other.isRevoked(before)).toBe(true)
      await until(async () => (await limits.hit('a', rules, new Date())).allowed)
      // One that starts only now learns it from Redis.
      await demandKnown(openRevocations(place), [before, during])
    },
  )

  test.concurrent('frozen: refused in time; thawed: everything works again by itself', async () => {
    const { place, control } = await ownServer()
    const [one, other] = [openRevocations(place), openRevocations(place)]
    const limits = createRedisRateLimits({ client: one.client, prefix: place.prefix })
    await untilTrusted(one, other)
    await limits.hit('a', rules, new Date())
    await control.freeze()
    const id = randomUUID()
    await untilUntrusted(other)
    await Promise.all([
      demandRefusals(() => one.revoke([id], inAMinute())),
      demandRefusals(() => other.isRevoked(id)),
      demandRefusals(() => limits.hit('a', rules, new Date())),
    ])
    control.thaw()
    await demandKnown(one, [id])
    await untilTrusted(other)
    await until(() => other.isRevoked(id))
    // The answers that came late say that Redis is back.
    expect(await limits.hit('a', rules, new Date())).toMatchObject({ allowed: true })
  })

  test.concurrent('emptied while connected: the mirrors write back what they know', async () => {
    const { place } = await ownServer()
    const [one, other] = [openRevocations(place), openRevocations(place)]
    const ids = Array.from({ length: 2_500 }, () => randomUUID())
    await one.revoke(ids, inAMinute())
    await demandKnown(other, ids)
    await one.client.flushall()
    const size = (): Promise<number> => one.client.zcard(`${place.prefix}:{revocations}:denied`)
    await until(async () => (await size()) === 2_500)
    await demandKnown(openRevocations(place), ids)
  })

  test.concurrent('a master that becomes a replica is no longer believed', async () => {
    const { place } = await ownServer()
    const one = openRevocations(place)
    const admin = connect(place) as Redis
    await untilTrusted(one)
    await admin.replicaof('127.0.0.1', 1)
    await untilUntrusted(one)
    const id = randomUUID()
    await demandRefusals(() => one.revoke([id], inAMinute()))
    await wait(300)
    expect(trusts(one)).toBe(false)
    await admin.replicaof('NO', 'ONE')
    await demandKnown(one, [id])
    await demandKnown(openRevocations(place), [id])
  })

  test.concurrent(
    'out of memory: revocations are written all the same, and each process counts attempts by itself',
    async () => {
      const { place } = await ownServer()
      const one = openRevocations(place)
      const warnings: unknown[] = []
      const logger = { warn: (line: string) => warnings.push(line) }
      const limits = createRedisRateLimits({ client: one.client, prefix: place.prefix, logger })
      const admin = connect(place) as Redis
      await admin.config('SET', 'maxmemory', '1')
      await untilTrusted(one)
      const single = [{ limit: 1, windowSeconds: 60 }]
      const attempts = [1, 2].map(() => limits.hit('a', single, new Date()))
      expect((await Promise.all(attempts)).map(({ allowed }) => allowed)).toEqual([true, false])
      await limits.reset(['a'])
      expect(await limits.hit('a', single, new Date())).toEqual({ allowed: true, retryAfterSeconds: 0 })
      expect(warnings).toEqual([expect.stringContaining('Redis is full')])
      await one.revoke(['a'], inAMinute())
      expect(await openRevocations(place).isRevoked('a')).toBe(true)
    },
  )

  test.concurrent('a server that may evict revocations is told of once, with what to do', async () => {
    const { place } = await ownServer()
    const admin = connect(place) as Redis
    const told = async (): Promise<unknown[]> => {
      const one = openRevocations(place)
      await untilTrusted(one)
      await one.revoke(['a'], inAMinute())
      return one.warnings.map(([message]) => message)
    }
    expect(await told()).toEqual([])
    await admin.config('SET', 'maxmemory-policy', 'volatile-lru')
    expect(await told(), 'without a limit nothing is evicted').toEqual([])
    await admin.config('SET', 'maxmemory', '100mb')
    expect(await told()).toEqual([expect.stringMatching(/volatile-lru.*noeviction/)])
    await admin.config('SET', 'maxmemory-policy', 'noeviction')
    expect(await told()).toEqual([])
  })

  test.concurrent(
    'no writes: revoking is refused, checks go on from memory, and it is written later',
    async () => {
      const { place } = await ownServer()
      const one = openRevocations(place)
      await untilTrusted(one)
      const admin = connect(place) as Redis
      await admin.config('SET', 'min-replicas-to-write', '1')
      await demandRefusals(() => one.revoke(['a'], inAMinute()))
      expect([one.isRevoked('a'), one.isRevoked('b')]).toEqual([true, false])
      await admin.config('SET', 'min-replicas-to-write', '0')
      const later = openRevocations(place)
      await until(() => later.isRevoked('a'))
    },
  )

  test.concurrent(
    'open: while Redis cannot be reached checks answer what was known last and attempts pass',
    async () => {
      const { place, control } = await ownServer()
      const one = openRevocations(place, { whenUnreachable: 'open' })
      const limits = createRedisRateLimits({ ...place, client: one.client, whenUnreachable: 'open' })
      await untilTrusted(one)
      await one.revoke(['a'], inAMinute())
      await control.freeze()
      await untilUntrusted(one)
      // What is revoked while a check waits for Redis counts for it.
      const asked = one.isRevoked('late')
      const refused = one.revoke(['late'], inAMinute()).catch((error: unknown) => error)
      expect(await asked).toBe(true)
      // A logout is not claimed to hold everywhere when it does not.
      expect(await refused).toMatchObject({ code: 'storage-unavailable' })
      const { millis, value } = await timed(async () => {
        const answers: unknown[] = [await one.isRevoked('a'), await one.isRevoked('b')]
        // As many as a sign-in makes, one after the other.
        for (let call = 0; call < 6; call++) answers.push((await limits.hit('a', rules, new Date())).allowed)
        await limits.reset(['a'])
        return answers
      })
      expect(value).toEqual([true, false, true, true, true, true, true, true])
      expect(millis).toBeLessThan(refusalMillis)
      control.thaw()
    },
  )

  test.concurrent('a user with no more rights than the README names will do', async () => {
    const { place } = await ownServer()
    const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8')
    const rights = [...readme.matchAll(/`((?:\+\w+ ?)+)`/g)].flatMap(([, names = '']) => names.split(' '))
    const admin = connect(place) as Redis
    await admin.call('ACL', 'SETUSER', 'app', 'on', '>secret', `~${place.prefix}*`, ...rights)
    const client = new Redis(place.ports[0] ?? 0, { username: 'app', password: 'secret' })
    closeLater(() => client.disconnect())
    const one = openRevocations(place, { client })
    await until(() => one.revoke(['a'], inAMinute()).then(() => true))
    await untilTrustedForLong(one)
    const limits = createRedisRateLimits({ client, prefix: place.prefix })
    expect(await limits.hit('a', rules, new Date())).toMatchObject({ allowed: true })
    await limits.reset(['a'])
    expect(one.warnings.map((line) => JSON.stringify(line))).not.toContainEqual(
      expect.stringContaining('NOPERM'),
    )
    expect(rights).toHaveLength(24)
  })

  test.concurrent('a wrong password is a fault of the server that tells it to nobody', async () => {
    const { place } = await ownServer()
    const admin = connect(place) as Redis
    await admin.config('SET', 'requirepass', 'the right one')
    const client = new Redis(place.ports[0] ?? 0, { password: 'the wrong one', maxRetriesPerRequest: 1 })
    client.on('error', () => {})
    closeLater(() => client.disconnect())
    const warnings: unknown[] = []
    const logger = { warn: (...line: unknown[]) => warnings.push(line) }
    const one = createRedisRevocations({ client, logger, whenUnreachable: 'open' })
    closeLater(() => one.close())
    const { error } = await timed(() => one.isRevoked('a'))
    expect(error).toMatchObject({ code: 'storage-failed', status: 500 })
    await until(() => warnings.length === 1)
    await wait(200)
    expect(warnings).toHaveLength(1)
    const told = JSON.stringify([error, (error as Error).cause, warnings], (_, value: unknown) =>
      value instanceof Error ? { ...value, message: value.message, stack: value.stack } : value,
    )
    expect(told).toContain('WRONGPASS')
    expect(told).not.toContain('the wrong one')
  })
})

await describeWithRedis('a durable server', { control: true, durable: true }, (redis) => {
  test('killed and started again it still denies, also where nobody remembers', async () => {
    const place = { ports: [redis().port], prefix: redis().freshPrefix() }
    const one = openRevocations(place)
    await one.revoke(['a'], inAMinute())
    await one.close()
    await redis().control?.restart()
    expect(await openRevocations(place).isRevoked('a')).toBe(true)
  })
})
