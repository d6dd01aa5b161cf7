import { randomUUID } from 'node:crypto'
import { expect, test } from 'vitest'
import { describeWithRedis } from '../../../test/servers/describe-servers.ts'
import { type Proxy, startProxy } from '../../../test/servers/proxy.ts'
import { refusalMillis } from '../test/demands.ts'
import {
  closeLater,
  inAMinute,
  leaseMillis,
  openRevocations,
  timed,
  until,
  untilTrusted,
  wait,
} from '../test/instances.ts'
import type { RedisRevocations } from './index.ts'

const chaosMillis = 3_000

interface Process {
  proxy: Proxy
  revocations: RedisRevocations
}

await describeWithRedis(
  'three processes, each behind a network that fails',
  { control: true, durable: true },
  (redis) => {
    test('no session works a second after its revocation was acknowledged, and in the end none that was revoked', async () => {
      const { port, control } = redis()
      const prefix = redis().freshPrefix()
      const processes: Process[] = []
      for (let count = 0; count < 3; count++) {
        const proxy = await startProxy({ port })
        closeLater(() => proxy.close())
        processes.push({ proxy, revocations: openRevocations({ ports: [proxy.port], prefix }) })
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
      }

      async function failServer(): Promise<void> {
        while (performance.now() < end) {
          await wait(Math.random() * 2_000)
          await control?.freeze()
          await wait(Math.random() * 1_500)
          control?.thaw()
          await wait(Math.random() * 1_000)
          await control?.restart()
        }
      }

      await Promise.all([
        ...processes.flatMap((each) => [revoke(each), check(each), fail(each)]),
        failServer(),
      ])
      expect(wrong).toEqual([])
      expect(slowest.millis).toBeLessThan(refusalMillis)
      expect(all.length).toBeGreaterThan(20)
      expect(acknowledged.size).toBeGreaterThan(10)

      const later = openRevocations({ ports: [port], prefix })
      const everyone = [...processes.map(({ revocations }) => revocations), later]
      await untilTrusted(...everyone)
      const forgotten = (): string[] =>
        all.filter((id) => everyone.some((each) => each.isRevoked(id) !== true))
      await until(() => forgotten().length === 0).catch(() => {})
      expect(forgotten()).toEqual([])
    })
  },
)
