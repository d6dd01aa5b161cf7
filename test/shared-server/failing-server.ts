import { randomUUID } from 'node:crypto'
import { expect } from 'vitest'
import {
  demandKnown,
  demandRefusals,
  inAMinute,
  refusalMillis,
  timed,
  until,
  untilTrusted,
  untilUntrusted,
} from './mirrors.ts'
import { type FailingPlace, type Register, rules } from './shared-place.ts'

/** What must be true for revocations and rate limits on a failing server, which is Redis or PostgreSQL. */
export function testFailingServer(test: Register, freshPlace: () => Promise<FailingPlace>): void {
  test('killed: refused in time; started again: every process knows what any of them knew', async () => {
    const place = await freshPlace()
    const [one, other] = [await place.connected(), await place.connected()]
    const limits = await place.rateLimits()
    await untilTrusted(one, other)
    const [before, during] = [randomUUID(), randomUUID()]
    await one.revoke([before], inAMinute())
    await until(() => other.isRevoked(before))
    await place.control.kill()
    await untilUntrusted(one)
    await Promise.all([
      demandRefusals(() => one.isRevoked('somebody')),
      demandRefusals(() => limits.hit('a', rules, new Date())),
      demandRefusals(() => one.revoke([during], inAMinute())),
    ])
    expect([one.isRevoked(before), one.isRevoked(during)]).toEqual([true, true])
    await place.control.restart()
    await untilTrusted(one, other)
    await until(() => other.isRevoked(during))
    expect(other.isRevoked(before)).toBe(true)
    await until(async () => (await limits.hit('a', rules, new Date())).allowed)
    // A process that starts only now learns it from the server.
    await demandKnown(place.revocations(), [before, during])
  })

  test('frozen: refused in time; thawed: everything works again by itself', async () => {
    const place = await freshPlace()
    const [one, other] = [await place.connected(), await place.connected()]
    const limits = await place.rateLimits()
    await untilTrusted(one, other)
    await limits.hit('a', rules, new Date())
    await place.control.freeze()
    const id = randomUUID()
    await untilUntrusted(other)
    await Promise.all([
      demandRefusals(() => one.revoke([id], inAMinute())),
      demandRefusals(() => other.isRevoked(id)),
      demandRefusals(() => limits.hit('a', rules, new Date())),
    ])
    place.control.thaw()
    await demandKnown(one, [id])
    await untilTrusted(other)
    await until(() => other.isRevoked(id))
    await until(async () => (await limits.hit('a', rules, new Date())).allowed)
  })

  test('open: while the server is unreachable, checks use the last known state and attempts are allowed', async () => {
    const place = await freshPlace()
    const one = await place.connected({ whenUnreachable: 'open' })
    const limits = await place.rateLimits({ whenUnreachable: 'open' })
    await untilTrusted(one)
    await one.revoke(['a'], inAMinute())
    await place.control.freeze()
    await untilUntrusted(one)
    // Revocations during a check that waits for the server count for it.
    const asked = one.isRevoked('late')
    const refused = one.revoke(['late'], inAMinute()).catch((error: unknown) => error)
    expect(await asked).toBe(true)
    // A logout does not succeed if it cannot take effect everywhere.
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
    expect(await one.check()).toMatch(/continues without it/)
    expect(await limits.check()).toMatch(/continues without it/)
    expect(limits.warnings.map(([line]) => line)).toEqual([expect.stringContaining('uncounted')])
    place.control.thaw()
    await until(async () => (await limits.check()) === null)
  })
}
