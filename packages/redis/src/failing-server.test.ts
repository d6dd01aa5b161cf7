import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { createKith, type KithError, type LogFields, RetryLaterError } from '@kith/core'
import { silentTelemetry } from '@kith/core/adapter'
import type { Reading } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { Redis } from 'ioredis'
import { expect, test } from 'vitest'
import { closeLater } from '../../../test/servers/close-later.ts'
import { describeWithRedis } from '../../../test/servers/describe-servers.ts'
import { startRedis } from '../../../test/servers/redis-server.ts'
import { testFailingServer } from '../../../test/shared-server/failing-server.ts'
import { rules } from '../../../test/shared-server/shared-place.ts'
import type { ServerControl } from '../../../test/servers/server-process.ts'
import {
  demandKnown,
  demandRefusals,
  inAMinute,
  refusalMillis,
  timed,
  trusts,
  until,
  untilTrusted,
  untilUntrusted,
  wait,
} from '../../../test/shared-server/mirrors.ts'
import { asShared, connect, openRevocations, type Place, untilTrustedForLong } from '../test/instances.ts'
import { createRedisRateLimits, createRedisRevocations } from './index.ts'

/** A server for a single test, so that the tests of this file can fail concurrently. */
async function ownServer(): Promise<{ place: Place; control: ServerControl }> {
  const { port, control, freshPrefix, stop } = await startRedis({ control: true })
  closeLater(stop)
  if (!control) throw new Error('the server is not ours')
  return { place: { ports: [port], prefix: freshPrefix() }, control }
}

await describeWithRedis('a failing server', { control: true }, () => {
  testFailingServer(test.concurrent, async () => {
    const { place, control } = await ownServer()
    return { ...asShared(place), control }
  })

  test.concurrent('emptied while connected: the mirrors write back their entries', async () => {
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

  test.concurrent('a master that becomes a replica is no longer trusted', async () => {
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
    'out of memory: revocations are still written, and each process counts attempts separately',
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

  test.concurrent(
    'a server that may evict revocations is reported at the start, with the solution',
    async () => {
      const { place } = await ownServer()
      const admin = connect(place) as Redis
      /** The log lines without any use of the revocations. */
      const told = async (user: object = {}): Promise<unknown[]> => {
        const client = new Redis(place.ports[0] ?? 0, '127.0.0.1', user)
        closeLater(() => client.disconnect())
        const warnings: string[] = []
        const logger = { warn: (line: string) => void warnings.push(line) }
        const one = createRedisRevocations({ client, prefix: place.prefix, logger })
        await once(client, 'ready')
        // A second one on a client that is connected.
        const later = createRedisRevocations({ client, prefix: place.prefix, logger })
        // Earlier questions are answered first.
        await client.ping()
        await wait(0)
        await Promise.all([one.close(), later.close()])
        expect(client.listenerCount('ready')).toBe(0)
        return warnings
      }
      expect(await told()).toEqual([])
      await admin.config('SET', 'maxmemory-policy', 'volatile-lru')
      expect(await told(), 'without a limit nothing is evicted').toEqual([])
      await admin.config('SET', 'maxmemory', '100mb')
      const evicts = expect.stringMatching(/volatile-lru.*noeviction/)
      expect(await told()).toEqual([evicts, evicts])
      await admin.acl('SETUSER', 'kith', 'on', '>secret', '~*', '&*', '+@all', '-info')
      const unsure = expect.stringMatching(/could not be checked: NOPERM.*noeviction.*\+info/)
      expect(await told({ username: 'kith', password: 'secret' })).toEqual([unsure, unsure])
      await admin.config('SET', 'maxmemory-policy', 'noeviction')
      expect(await told()).toEqual([])
    },
  )

  test.concurrent(
    'a client that never connects is sent nothing, and one that connects late is checked then',
    async () => {
      const { place } = await ownServer()
      const admin = connect(place) as Redis
      await admin.config('SET', 'maxmemory', '100mb')
      await admin.config('SET', 'maxmemory-policy', 'allkeys-lru')
      const client = new Redis(place.ports[0] ?? 0, '127.0.0.1', { lazyConnect: true })
      closeLater(() => client.disconnect())
      const warnings: string[] = []
      createRedisRevocations({ client, logger: { warn: (line) => void warnings.push(line) } })
      await wait(50)
      expect([client.status, warnings]).toEqual(['wait', []])
      await client.connect()
      await until(() => warnings.length > 0)
      expect(warnings).toEqual([expect.stringContaining('allkeys-lru')])
    },
  )

  test.concurrent(
    'no writes: revoking fails, checks continue from memory, and pending entries are written later',
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

  test.concurrent('a user with only the permissions from the README is sufficient', async () => {
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

  test.concurrent(
    'a wrong password at the start: refused as temporary, and logged once without the password',
    async () => {
      const { place } = await ownServer()
      const admin = connect(place) as Redis
      await admin.config('SET', 'requirepass', 'the right one')
      const client = new Redis(place.ports[0] ?? 0, { password: 'the wrong one', maxRetriesPerRequest: 1 })
      client.on('error', () => {})
      closeLater(() => client.disconnect())
      const warnings: unknown[] = []
      const logger = { warn: (...line: unknown[]) => warnings.push(line) }
      const one = createRedisRevocations({ client, logger })
      closeLater(() => one.close())
      const limits = createRedisRateLimits({ client, logger })
      const errors = [
        (await timed(() => one.isRevoked('a'))).error,
        (await timed(() => limits.hit('a', rules, new Date()))).error,
      ]
      for (const error of errors) {
        expect(error).toBeInstanceOf(RetryLaterError)
        expect(error).toMatchObject({ code: 'storage-unavailable', status: 503 })
      }
      await until(() => warnings.length === 1)
      await wait(200)
      expect(warnings).toHaveLength(1)
      const checks = await Promise.all([one, limits].map((each) => timed(() => each.check())))
      for (const { error } of checks) {
        expect(error).toMatchObject({
          code: 'storage-unavailable',
          detail: expect.stringMatching(/password/) as string,
        })
      }
      const told = JSON.stringify([errors, checks, warnings], (_, value: unknown) =>
        value instanceof Error
          ? { ...value, message: value.message, stack: value.stack, cause: value.cause }
          : value,
      )
      expect(told).toContain('WRONGPASS')
      expect(told).not.toContain('the wrong one')
      expect(JSON.stringify(checks.map(({ error }) => (error as KithError).detail))).not.toMatch(
        /127\.0\.0\.1|WRONGPASS/,
      )
      // After someone fixes it, no restart is needed.
      await admin.config('SET', 'requirepass', 'the wrong one')
      await until(async () =>
        (await Promise.all([one.check(), limits.check()])).every((detail) => detail === null),
      )
      await untilTrusted(one)
    },
  )

  test.concurrent(
    'a Kith whose Redis refuses the password: 503, ready says why, and it can close',
    async () => {
      const { place } = await ownServer()
      await (connect(place) as Redis).config('SET', 'requirepass', 'the right one')
      const client = new Redis(place.ports[0] ?? 0, { password: 'the wrong one' })
      client.on('error', () => {})
      closeLater(() => client.disconnect())
      const told: LogFields[] = []
      const logger = {
        warn: (_message: string, fields: LogFields) => void told.push(fields),
        error: (_message: string, fields: LogFields) => void told.push(fields),
      }
      const kith = createKith({
        secret: 'a secret of the tests, of 32 characters or more',
        storage: createMemoryStorage(),
        revocations: createRedisRevocations({ client, logger }),
        rateLimits: createRedisRateLimits({ client, logger }),
        logger,
      })
      const { error } = await timed(() =>
        kith.accounts.register({ username: 'ada', password: 'correct horse' }, { address: '192.0.2.1' }),
      )
      expect(error).toBeInstanceOf(RetryLaterError)
      expect(error).toMatchObject({
        code: 'storage-unavailable',
        status: 503,
        detail: expect.stringMatching(/refuses the password/) as string,
      })
      const { ok, parts } = await kith.ready()
      expect([ok, parts.map(({ name, ok }) => [name, ok])]).toEqual([
        false,
        [
          ['storage', true],
          ['revocations', false],
          ['rateLimits', false],
        ],
      ])
      for (const { detail } of parts.slice(1)) expect(detail).toMatch(/refuses the password/)
      // Complete: the log redacts no part of the advice as a password.
      const ofParts = told.filter(({ event }) => event === 'ready.part-failed')
      expect(ofParts.map(({ detail }) => detail)).toEqual(parts.slice(1).map(({ detail }) => detail))
      expect(JSON.stringify(parts)).not.toMatch(/the (?:right|wrong) one|127\.0\.0\.1/)
      expect((await timed(() => kith.close())).millis).toBeLessThan(refusalMillis)
    },
  )

  test.concurrent(
    'open: the app works with a wrong password as well, and checks report the problem',
    async () => {
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
      const limits = createRedisRateLimits({ client, logger, whenUnreachable: 'open' })
      expect(await one.isRevoked('a')).toBe(false)
      for (let attempt = 0; attempt < 3; attempt++)
        expect(await limits.hit('a', rules, new Date())).toMatchObject({ allowed: true })
      expect(await one.check()).toMatch(/password.*continues without it/)
      expect(await limits.check()).toMatch(/password.*continues without it/)
      await until(() => warnings.length >= 2)
      expect(
        warnings.filter((line) => /pass uncounted.*refuses the password/.test(JSON.stringify(line))),
      ).toHaveLength(1)
    },
  )

  test.concurrent(
    'a user without a permission gets an error that names the list of permissions',
    async () => {
      const { place } = await ownServer()
      const admin = connect(place) as Redis
      await admin.call(
        'ACL',
        'SETUSER',
        'app',
        'on',
        '>secret',
        `~${place.prefix}*`,
        '+info',
        '+client',
        '+hello',
      )
      const client = new Redis(place.ports[0] ?? 0, { username: 'app', password: 'secret' })
      client.on('error', () => {})
      closeLater(() => client.disconnect())
      const limits = createRedisRateLimits({ client, prefix: place.prefix })
      const { error } = await timed(() => limits.check())
      expect(error).toMatchObject({ detail: expect.stringMatching(/permissions.*README/) as string })
      expect((await timed(() => limits.hit('a', rules, new Date()))).error).toMatchObject({ status: 503 })
    },
  )

  test.concurrent(
    'unreachable at the start: checks report it, and report when Redis can be reached',
    async () => {
      const { place, control } = await ownServer()
      await control.kill()
      const client = connect(place)
      const one = openRevocations(place, { client })
      const { error } = await timed(() => one.check())
      expect(error).toMatchObject({ detail: expect.stringMatching(/cannot be reached/) as string })
      await control.restart()
      await until(async () => (await one.check()) === null)
    },
  )

  test.concurrent(
    'telemetry: whether the mirror is trusted, and the size of the outbox backlog',
    async () => {
      const { place, control } = await ownServer()
      const one = openRevocations(place)
      const gauges = new Map<string, () => readonly Reading[]>()
      one.observe({ ...silentTelemetry, gauge: (name, read) => void gauges.set(name, read) })
      const read = (name: string): number | undefined => gauges.get(`kith.revocations.${name}`)?.()[0]?.value
      expect(read('mirror.trusted')).toBe(0)
      await untilTrusted(one)
      await until(() => read('mirror.trusted') === 1)
      await one.revoke(['a', 'b'], inAMinute())
      expect([read('mirror.entries'), read('outbox.waiting'), read('outbox.age')]).toEqual([2, 0, 0])
      await control.freeze()
      const refused = timed(() => one.revoke(['c'], inAMinute()))
      await until(() => read('outbox.waiting') === 1)
      await until(() => (read('outbox.age') ?? 0) > 0.05)
      control.thaw()
      await refused
      await until(() => read('outbox.waiting') === 0)
    },
  )
})

await describeWithRedis('a durable server', { control: true, durable: true }, (redis) => {
  test('killed and restarted, it still denies, even if no process remembers', async () => {
    const place = { ports: [redis().port], prefix: redis().freshPrefix() }
    const one = openRevocations(place)
    await one.revoke(['a'], inAMinute())
    await one.close()
    await redis().control?.restart()
    expect(await openRevocations(place).isRevoked('a')).toBe(true)
  })
})
