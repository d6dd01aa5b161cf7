import { test } from 'vitest'
import type { Proxy } from '../servers/proxy.ts'
import { describeFleet } from './describe-fleet.ts'
import { controlOf, downMillis, frozenMillis, names } from './faults.ts'
import { settings, strike } from './strike.ts'

const control = true

await describeFleet(
  'a fleet with a network that fails',
  { proxied: true, mongo: { control, syncOnCommit: true }, redis: { control }, settings },
  (backed) => {
    for (const which of ['redis', 'mongo'] as const) {
      const name = names[which]
      const proxy = (): Proxy => {
        const { proxies } = backed()
        if (!proxies) throw new Error('The fleet has no proxies')
        return proxies[which]
      }

      test(`${name} is cut off in the middle of commands`, () =>
        strike(backed(), `${name} cut off`, {
          begin: () => proxy().cut(),
          millis: downMillis,
          end: () => proxy().heal(),
        }))

      test(`${name} is behind a network that drops everything`, () =>
        strike(backed(), `${name} swallowed`, {
          begin: () => proxy().stall(),
          // Redis times out after a second, MongoDB after four.
          millis: which === 'redis' ? 2_500 : frozenMillis,
          end: () => proxy().heal(),
        }))
    }

    test('Redis is stopped and restarts empty', () =>
      strike(backed(), 'Redis emptied', {
        begin: () => controlOf(backed().redis).kill(),
        millis: downMillis,
        end: () => controlOf(backed().redis).restart(),
      }))
  },
)

await describeFleet(
  'a fleet on a standalone, which has no transactions',
  { mongo: { topology: 'standalone', control, syncOnCommit: true }, redis: { control }, settings },
  (backed) => {
    test('MongoDB is stopped and comes back later', () =>
      strike(backed(), 'MongoDB standalone stopped', {
        begin: () => controlOf(backed().mongo).kill(),
        millis: downMillis,
        end: () => controlOf(backed().mongo).restart(),
      }))
  },
)
