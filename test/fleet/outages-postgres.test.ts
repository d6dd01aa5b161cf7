import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import type { Proxy } from '../servers/proxy.ts'
import type { ServerControl } from '../servers/server-process.ts'
import { describePostgresFleet } from './describe-fleet.ts'
import { controlOf, downMillis, frozenMillis } from './faults.ts'
import type { FleetServer } from './fleet.ts'
import { leaseMillis } from './load.ts'
import { demandEndedOnceWell, freshName, logIn, logOut, me, register } from './member.ts'
import { settings, strike } from './strike.ts'

const control = true
const refused = { status: 503, code: 'storage-unavailable' }

await describePostgresFleet(
  'a fleet on PostgreSQL alone, which fails',
  { postgres: { control }, settings },
  (backed) => {
    const server = (): ServerControl => controlOf(backed().postgres)

    test('PostgreSQL is killed and comes back later', () =>
      strike(backed(), 'PostgreSQL killed', {
        begin: () => server().kill(),
        millis: downMillis,
        end: () => server().restart(),
      }))

    test('PostgreSQL is restarted', () =>
      strike(backed(), 'PostgreSQL restarted', { begin: () => server().restart(), millis: 0, end() {} }))

    test('PostgreSQL is frozen and continues', () =>
      strike(backed(), 'PostgreSQL frozen', {
        begin: () => server().freeze(),
        millis: frozenMillis,
        end: () => server().thaw(),
      }))

    test('a logout that failed without PostgreSQL takes effect everywhere after a retry at any server', async () => {
      const { fleet } = backed()
      const [here, other, stranger] = fleet.servers as [FleetServer, FleetServer, FleetServer]
      const username = freshName()
      const tokens = await register(here, username)
      for (const each of fleet.servers) expect(await me(each, tokens)).toMatchObject({ status: 200 })
      await server().kill()
      expect(await logOut(here, tokens)).toMatchObject(refused)
      await expect.poll(() => me(other, tokens), { timeout: 10_000 }).toMatchObject(refused)
      await server().restart()
      await expect.poll(() => logOut(stranger, tokens), { timeout: 10_000 }).toMatchObject({ status: 204 })
      // The other processes learn of it within a second after the acknowledgment.
      await sleep(leaseMillis)
      await demandEndedOnceWell(fleet.servers, tokens)
      await expect.poll(() => logIn(other, username), { timeout: 10_000 }).toMatchObject({ status: 200 })
    })
  },
)

await describePostgresFleet(
  'a fleet on PostgreSQL alone, with a network that fails',
  { proxied: true, postgres: { control }, settings },
  (backed) => {
    const proxy = (): Proxy => {
      const { proxy } = backed()
      if (!proxy) throw new Error('The fleet has no proxy')
      return proxy
    }

    test('PostgreSQL is cut off in the middle of statements', () =>
      strike(backed(), 'PostgreSQL cut off', {
        begin: () => proxy().cut(),
        millis: downMillis,
        end: () => proxy().heal(),
      }))

    test('PostgreSQL is behind a network that drops everything', () =>
      strike(backed(), 'PostgreSQL swallowed', {
        begin: () => proxy().stall(),
        millis: frozenMillis,
        end: () => proxy().heal(),
      }))
  },
)
