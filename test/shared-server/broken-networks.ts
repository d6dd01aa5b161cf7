import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
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
} from './mirrors.ts'
import { type Register, rules, type SharedPlace } from './shared-place.ts'

/** What must be true for revocations and rate limits whose network to the server breaks; the server is Redis or PostgreSQL. */
export function testBrokenNetworks(test: Register, freshPlace: () => Promise<SharedPlace>): void {
  test('revocations made while a process was cut off are known before its mirror is trusted', async () => {
    const place = await freshPlace()
    const proxy = await place.openProxy()
    const [one, other] = [await place.connected(), await place.connected({ by: proxy })]
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

  test('a network that drops everything is detected within a second', async () => {
    const place = await freshPlace()
    const proxy = await place.openProxy()
    const [one, other] = [await place.connected(), await place.connected({ by: proxy })]
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

  test('if the network drops only present connections, revocations use new ones', async () => {
    const place = await freshPlace()
    const proxy = await place.openProxy()
    const [one, other] = [await place.connected({ by: proxy }), await place.connected()]
    await untilTrusted(one, other)
    proxy.abandon()
    await untilUntrusted(one)
    await untilTrusted(one)
    const id = randomUUID()
    // For the app's own connections, its driver or the kernel has to give up first.
    expect((await timed(() => one.revoke([id], inAMinute()))).error).toBeUndefined()
    await until(() => other.isRevoked(id))
  })

  test('on a slow network, no revocation older than a second is missed', async () => {
    const place = await freshPlace()
    const proxy = await place.openProxy()
    const [one, other] = [await place.connected(), await place.connected({ by: proxy })]
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

  test('a call that is interrupted fails or succeeds in time, and the next ones work', async () => {
    const place = await freshPlace()
    const proxy = await place.openProxy()
    const one = await place.connected({ by: proxy })
    const limits = await place.rateLimits({ by: proxy })
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
      // Refused or not, a process that starts later knows of it.
      await untilTrusted(one)
      const later = place.revocations()
      await until(() => later.isRevoked(id))
    }
    await until(async () => (await limits.hit('a', rules, new Date())).allowed)
  })
}
