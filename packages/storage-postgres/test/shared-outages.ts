import { randomUUID } from 'node:crypto'
import { afterEach, expect, test, vi } from 'vitest'
import { describeWithPostgres } from '../../../test/servers/describe-servers.ts'
import { type Proxy, startProxy } from '../../../test/servers/proxy.ts'
import { demandKnown, demandRefusals, refusalMillis } from './shared-demands.ts'
import {
  closeLater,
  freshPlace,
  inAMinute,
  leaseMillis,
  openConnected,
  openPool,
  openRateLimits,
  openRevocations,
  type SharedPlace,
  through,
  timed,
  trusts,
  until,
  untilTrusted,
  untilUntrusted,
  wait,
} from './shared-instances.ts'
import type { PostgresRevocations } from '../src/index.ts'
import type { TestDriver } from './storages.ts'

const rules = [{ limit: 1_000, windowSeconds: 60 }]
const chaosMillis = 3_000

/** Opens a stretch of network to the server, for one process. */
async function openProxy({ uri }: SharedPlace): Promise<Proxy> {
  const proxy = await startProxy({ port: Number(new URL(uri).port) })
  closeLater(() => proxy.close())
  return proxy
}

/** What holds for a server and networks that fail, through one driver. Each has a file of its own, so that both can run concurrently. */
export async function testOutages(driver: TestDriver): Promise<void> {
  vi.setConfig({ testTimeout: 60_000 })

  await describeWithPostgres(`a server that fails, through ${driver}`, { control: true }, (postgres) => {
    const place = (): Promise<SharedPlace> => freshPlace(postgres(), driver)
    afterEach(() => postgres().control?.thaw())

    test('killed: refused in time; started again: every process knows what any of them knew', async () => {
      const here = await place()
      const [one, other] = [await openConnected(here), await openConnected(here)]
      const limits = openRateLimits(here)
      await untilTrusted(one, other)
      const [before, during] = [randomUUID(), randomUUID()]
      await one.revoke([before], inAMinute())
      await until(() => other.isRevoked(before))
      await postgres().control?.kill()
      await untilUntrusted(one)
      await Promise.all([
        demandRefusals(() => one.isRevoked('somebody')),
        demandRefusals(() => limits.hit('a', rules, new Date())),
        demandRefusals(() => one.revoke([during], inAMinute())),
      ])
      expect([one.isRevoked(before), one.isRevoked(during)]).toEqual([true, true])
      await postgres().control?.restart()
      await untilTrusted(one, other)
      await until(() => other.isRevoked(during))
      expect(other.isRevoked(before)).toBe(true)
      await until(async () => (await limits.hit('a', rules, new Date())).allowed)
      // One that starts only now learns it from the rows.
      await demandKnown(openRevocations(here), [before, during])
    })

    test('frozen: refused in time; thawed: everything works again by itself', async () => {
      const here = await place()
      const [one, other] = [await openConnected(here), await openConnected(here)]
      const limits = openRateLimits(here)
      await untilTrusted(one, other)
      await limits.hit('a', rules, new Date())
      await postgres().control?.freeze()
      const id = randomUUID()
      await untilUntrusted(other)
      await Promise.all([
        demandRefusals(() => one.revoke([id], inAMinute())),
        demandRefusals(() => other.isRevoked(id)),
        demandRefusals(() => limits.hit('a', rules, new Date())),
      ])
      postgres().control?.thaw()
      await demandKnown(one, [id])
      await untilTrusted(other)
      await until(() => other.isRevoked(id))
      await until(async () => (await limits.hit('a', rules, new Date())).allowed)
    })

    test('open: while the server cannot be reached checks answer what was known last and attempts pass', async () => {
      const here = await place()
      const one = await openConnected(here, { whenUnreachable: 'open' })
      const limits = openRateLimits(here, { whenUnreachable: 'open' })
      await untilTrusted(one)
      await one.revoke(['a'], inAMinute())
      await postgres().control?.freeze()
      await untilUntrusted(one)
      // What is revoked while a check waits for the server counts for it.
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
      expect(await one.check()).toMatch(/goes on without it/)
      expect(await limits.check()).toMatch(/goes on without it/)
      expect(limits.warnings.map(([line]) => line)).toEqual([expect.stringContaining('uncounted')])
      postgres().control?.thaw()
      await until(async () => (await limits.check()) === null)
    })

    test('emptied while connected: the next rebuild writes back what the mirrors know', async () => {
      const here = await place()
      const [one, other] = [await openConnected(here), await openConnected(here)]
      const ids = Array.from({ length: 2_500 }, () => randomUUID())
      await one.revoke(ids, inAMinute())
      await demandKnown(other, ids)
      const pool = openPool(here)
      await pool.query(`DELETE FROM ${here.schema}.revoked`)
      await postgres().control?.restart()
      const counted = async (): Promise<string | undefined> =>
        (await pool.query<{ count: string }>(`SELECT count(*) FROM ${here.schema}.revoked`)).rows[0]?.count
      await until(async () => (await counted()) === '2500')
      await demandKnown(openRevocations(here), ids)
    })

    test('three processes, each behind a network that fails: no session works a second after its revocation was acknowledged', async () => {
      const here = await place()
      const processes: { proxy: Proxy; revocations: PostgresRevocations }[] = []
      for (let count = 0; count < 3; count++) {
        const proxy = await openProxy(here)
        processes.push({ proxy, revocations: await openConnected(through(proxy, here)) })
      }
      await untilTrusted(...processes.map(({ revocations }) => revocations))
      const acknowledged = new Map<string, number>()
      const all: string[] = []
      const wrong: string[] = []
      const slowest = { millis: 0 }
      const end = performance.now() + chaosMillis

      async function revoke({ revocations }: (typeof processes)[number]): Promise<void> {
        while (performance.now() < end) {
          const id = randomUUID()
          all.push(id)
          const { millis, error } = await timed(() => revocations.revoke([id], inAMinute()))
          if (!error) acknowledged.set(id, performance.now())
          slowest.millis = Math.max(slowest.millis, millis)
          await wait(5)
        }
      }

      async function check({ revocations }: (typeof processes)[number]): Promise<void> {
        while (performance.now() < end) {
          const start = performance.now()
          for (const [id, since] of acknowledged) {
            if (start - since < leaseMillis) break
            const { millis, value } = await timed(() => revocations.isRevoked(id))
            if (value === false) wrong.push(`${id}, ${Math.round(start - since)} ms later`)
            slowest.millis = Math.max(slowest.millis, millis)
          }
          await wait(5)
        }
      }

      async function fail({ proxy }: (typeof processes)[number]): Promise<void> {
        while (performance.now() < end) {
          await wait(Math.random() * 600)
          const dice = Math.random()
          if (dice < 0.3) await proxy.cut()
          else if (dice < 0.6) proxy.stall()
          else if (dice < 0.8) proxy.abandon()
          else proxy.delay(Math.random() * 300)
          await wait(Math.random() * 1_200)
          await proxy.heal()
        }
        // postgres.js gives up no connection that is silent: here the network ends those that are left, as a system does in time.
        await proxy.cut()
        await proxy.heal()
      }

      async function failServer(): Promise<void> {
        while (performance.now() < end) {
          await wait(Math.random() * 2_000)
          await postgres().control?.freeze()
          await wait(Math.random() * 1_500)
          postgres().control?.thaw()
          await wait(Math.random() * 1_000)
          await postgres().control?.restart()
        }
      }

      await Promise.all([
        ...processes.flatMap((each) => [revoke(each), check(each), fail(each)]),
        failServer(),
      ])
      expect(wrong).toEqual([])
      expect(slowest.millis).toBeLessThan(refusalMillis)
      expect(acknowledged.size).toBeGreaterThan(10)
      const everyone = [...processes.map(({ revocations }) => revocations), openRevocations(here)]
      await untilTrusted(...everyone)
      const forgotten = (): string[] =>
        all.filter((id) => everyone.some((each) => each.isRevoked(id) !== true))
      await until(() => forgotten().length === 0).catch(() => {})
      expect(forgotten()).toEqual([])
    })
  })

  await describeWithPostgres(`connections that break, through ${driver}`, {}, (postgres) => {
    const place = (): Promise<SharedPlace> => freshPlace(postgres(), driver)

    test('what was revoked while a process was cut off is known before its mirror is trusted', async () => {
      const here = await place()
      const proxy = await openProxy(here)
      const [one, other] = [await openConnected(here), await openConnected(through(proxy, here))]
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
    })

    test('a network that swallows everything is noticed within a second', async () => {
      const here = await place()
      const proxy = await openProxy(here)
      const [one, other] = [await openConnected(here), await openConnected(through(proxy, here))]
      await untilTrusted(one, other)
      proxy.stall()
      const id = randomUUID()
      await one.revoke([id], inAMinute())
      const { millis } = await timed(() => untilUntrusted(other))
      expect(millis).toBeLessThan(1_500)
      await demandRefusals(() => other.isRevoked(id))
      const { millis: next } = await timed(() => other.isRevoked(id))
      expect(next, 'while the server is silent calls do not wait the second for it').toBeLessThan(500)
      await proxy.heal()
      await demandKnown(other, [id])
      await until(async () => !(await other.isRevoked('nobody')))
    })

    test('a network that swallows present connections only: revocations go by new ones', async () => {
      const here = await place()
      const proxy = await openProxy(here)
      const [one, other] = [await openConnected(through(proxy, here)), await openConnected(here)]
      await untilTrusted(one, other)
      proxy.abandon()
      await untilUntrusted(one)
      await untilTrusted(one)
      const id = randomUUID()
      const { error } = await timed(() => one.revoke([id], inAMinute()))
      expect(error).toBeUndefined()
      await until(() => other.isRevoked(id))
    })

    test('a network that is slow: what was revoked over a second ago is never missed', async () => {
      const here = await place()
      const proxy = await openProxy(here)
      const [one, other] = [await openConnected(here), await openConnected(through(proxy, here))]
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

    test('a call cut off in the middle fails or succeeds in time, and the next ones work', async () => {
      const here = await place()
      const proxy = await openProxy(here)
      const one = await openConnected(through(proxy, here))
      const limits = openRateLimits(through(proxy, here))
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
        expect(one.isRevoked(id)).toBe(true)
        // Refused or not, a process that comes later knows of it.
        await untilTrusted(one)
        const later = openRevocations(here)
        await until(() => later.isRevoked(id))
      }
      await until(async () => (await limits.hit('a', rules, new Date())).allowed)
    })
  })
}
