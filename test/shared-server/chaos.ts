import { randomUUID } from 'node:crypto'
import type { Revocations } from '@kith/core/ports'
import { expect } from 'vitest'
import type { Proxy } from '../servers/proxy.ts'
import { inAMinute, leaseMillis, refusalMillis, timed, until, untilTrusted, wait } from './mirrors.ts'
import type { FailingPlace, Register } from './shared-place.ts'

const chaosMillis = 3_000

interface Process {
  proxy: Proxy
  revocations: Revocations
}

/** Three processes share revocations on a server that is frozen and restarted, each behind a network that breaks in a different way. */
export function testChaos(test: Register, freshPlace: () => Promise<FailingPlace>): void {
  test('three processes, each behind a failing network: no session works a second after its revocation was acknowledged, and at the end no revoked one', async () => {
    const place = await freshPlace()
    const processes: Process[] = []
    for (let count = 0; count < 3; count++) {
      const proxy = await place.openProxy()
      processes.push({ proxy, revocations: await place.connected({ by: proxy }) })
    }
    await untilTrusted(...processes.map(({ revocations }) => revocations))
    const acknowledged = new Map<string, number>()
    const all: string[] = []
    const wrong: string[] = []
    const slowest = { millis: 0 }
    const end = performance.now() + chaosMillis

    async function revoke({ revocations }: Process): Promise<void> {
      while (performance.now() < end) {
        const id = randomUUID()
        all.push(id)
        const { millis, error } = await timed(() => revocations.revoke([id], inAMinute()))
        if (!error) acknowledged.set(id, performance.now())
        slowest.millis = Math.max(slowest.millis, millis)
        await wait(5)
      }
    }

    async function check({ revocations }: Process): Promise<void> {
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

    async function fail({ proxy }: Process): Promise<void> {
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
      // postgres.js never gives up a silent connection: the network ends the remaining ones, as an operating system does eventually.
      await proxy.cut()
      await proxy.heal()
    }

    async function failServer(): Promise<void> {
      while (performance.now() < end) {
        await wait(Math.random() * 2_000)
        await place.control.freeze()
        await wait(Math.random() * 1_500)
        place.control.thaw()
        await wait(Math.random() * 1_000)
        await place.control.restart()
      }
    }

    await Promise.all([...processes.flatMap((each) => [revoke(each), check(each), fail(each)]), failServer()])
    expect(wrong).toEqual([])
    expect(slowest.millis).toBeLessThan(refusalMillis)
    expect(all.length).toBeGreaterThan(20)
    expect(acknowledged.size).toBeGreaterThan(10)
    const everyone = [...processes.map(({ revocations }) => revocations), place.revocations()]
    await untilTrusted(...everyone)
    const forgotten = (): string[] => all.filter((id) => everyone.some((each) => each.isRevoked(id) !== true))
    await until(() => forgotten().length === 0).catch(() => {})
    expect(forgotten()).toEqual([])
  })
}
