import { expect, test } from 'vitest'
import type { ServerControl } from '../servers/server-process.ts'
import { controlOf, downMillis, frozenMillis, names } from './faults.ts'
import { describeFleet } from './describe-fleet.ts'
import type { FleetServer } from './fleet.ts'
import {
  demandEnded,
  demandEndedOnceWell,
  freshName,
  logIn,
  logOut,
  me,
  refresh,
  register,
  tokensOf,
} from './member.ts'
import { settings, strike } from './strike.ts'

const control = true
const refused = { status: 503, code: 'storage-unavailable' }

await describeFleet(
  'a fleet whose servers behind it fail',
  { mongo: { control, syncOnCommit: true }, redis: { control, durable: true }, settings },
  (backed) => {
    for (const which of ['redis', 'mongo'] as const) {
      const name = names[which]
      const server = (): ServerControl => controlOf(backed()[which])

      test(`${name} is stopped and comes back later`, () =>
        strike(backed(), `${name} stopped`, {
          begin: () => server().kill(),
          // The client of an app waits half a minute for MongoDB; requests wait less.
          millis: which === 'mongo' ? frozenMillis : downMillis,
          end: () => server().restart(),
        }))

      test(`${name} is restarted`, () =>
        strike(backed(), `${name} restarted`, { begin: () => server().restart(), millis: 0, end() {} }))

      test(`${name} is frozen and continues`, () =>
        strike(backed(), `${name} frozen`, {
          begin: () => server().freeze(),
          millis: frozenMillis,
          end: () => server().thaw(),
        }))
    }

    test('a logout that failed without Redis takes effect everywhere once Redis is back, without a retry', async () => {
      const { fleet, redis } = backed()
      const [here, ...others] = fleet.servers as [FleetServer, ...FleetServer[]]
      const username = freshName()
      const tokens = await register(here, username)
      for (const server of fleet.servers) expect(await me(server, tokens)).toMatchObject({ status: 200 })
      await controlOf(redis).kill()
      expect(await logOut(here, tokens)).toMatchObject(refused)
      expect(await me(here, tokens)).toMatchObject({ status: 401, code: 'session-revoked' })
      // The others cannot know, and so refuse the token.
      for (const server of others) {
        await expect.poll(() => me(server, tokens), { timeout: 10_000 }).toMatchObject(refused)
        expect(await logIn(server, username)).toMatchObject(refused)
      }
      await controlOf(redis).restart()
      for (const server of others) {
        const known = { status: 401, code: 'session-revoked' }
        await expect.poll(() => me(server, tokens), { timeout: 10_000 }).toMatchObject(known)
      }
      await demandEndedOnceWell(fleet.servers, tokens)
    })

    test('a logout that failed without MongoDB takes effect everywhere after a retry at any server', async () => {
      const { fleet, mongo } = backed()
      const [one, other, stranger] = fleet.servers as [FleetServer, FleetServer, FleetServer]
      const tokens = await register(one, freshName())
      for (const server of [one, other]) expect(await me(server, tokens)).toMatchObject({ status: 200 })
      await controlOf(mongo).freeze()
      expect(await logOut(one, tokens)).toMatchObject(refused)
      expect(await refresh(other, tokens.refreshToken)).toMatchObject(refused)
      controlOf(mongo).thaw()
      await expect.poll(() => me(other, tokens), { timeout: 10_000 }).not.toMatchObject(refused)
      await expect.poll(() => logOut(stranger, tokens), { timeout: 10_000 }).toMatchObject({ status: 204 })
      await expect.poll(() => me(other, tokens), { timeout: 10_000 }).toMatchObject({ status: 401 })
      await demandEndedOnceWell(fleet.servers, tokens)
    })
  },
)

await describeFleet(
  'a fleet that would rather let through',
  { redis: { control }, settings: { whenUnreachable: 'open' } },
  (backed) => {
    test('works without Redis from what each process knows, counts nothing, and refuses only what it cannot promise', async () => {
      const { fleet, redis } = backed()
      const [here, ...others] = fleet.servers as [FleetServer, ...FleetServer[]]
      const username = freshName()
      const [before, during, live] = [
        await register(here, username),
        tokensOf(await logIn(here, username)),
        tokensOf(await logIn(here, username)),
      ]
      for (const server of fleet.servers) {
        for (const tokens of [before, during, live])
          expect(await me(server, tokens)).toMatchObject({ status: 200 })
      }
      expect(await logOut(here, before)).toMatchObject({ status: 204 })
      for (const server of others)
        await expect.poll(() => me(server, before), { timeout: 10_000 }).toMatchObject({ status: 401 })

      await controlOf(redis).kill()
      expect(await logOut(here, during)).toMatchObject(refused)
      for (const server of fleet.servers) {
        expect(await me(server, live)).toMatchObject({ status: 200 })
        expect(await logIn(server, username)).toMatchObject({ status: 200 })
        await demandEnded([server], before)
      }
      await controlOf(redis).restart()
      for (const server of fleet.servers)
        await expect.poll(() => me(server, during), { timeout: 10_000 }).toMatchObject({ status: 401 })
      await demandEndedOnceWell(fleet.servers, during)
    })
  },
)
