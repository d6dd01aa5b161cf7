import { expect, test } from 'vitest'
import { codeOf, createInstance } from '../../test/instance.ts'
import type { Kith } from '../kith.ts'
import { createMemoryRevocations } from '../memory/memory-revocations.ts'
import type { Revocations } from './revocations.ts'

const password = 'correct horse'

/** A signed-in account, and what was added to the denylist. */
async function signedIn() {
  const denied: (readonly [keys: readonly string[], until: Date])[] = []
  let failures = 0
  const sound = createMemoryRevocations()
  const revocations: Revocations = {
    ...sound,
    async revoke(keys, until) {
      denied.push([keys, until])
      if (failures-- > 0) throw new Error('the denylist is away')
      await sound.revoke(keys, until)
    },
  }
  const instance = createInstance({ revocations })
  const { sessions, accounts } = instance.kith
  const signIn = await accounts.register({ username: 'ana', password })
  const viewer = await sessions.authenticate(signIn.tokens.accessToken)
  const now = instance.kith.config.clock().getTime()
  return {
    ...instance,
    ...signIn,
    sessions,
    viewer,
    denied,
    now,
    loseDenylist: (times = 1) => void (failures = times),
  }
}

test('tokens are denied as long as any could be valid, plus a minute for clocks that are behind', async () => {
  const { sessions, viewer, denied, now } = await signedIn()
  await sessions.logout(viewer)
  expect(denied).toEqual([[[viewer.sessionId], new Date(now + (900 + 60) * 1000)]])
})

test('ending one session by its id refuses its known tokens immediately, and those of the others stay valid', async () => {
  const { sessions, viewer, kith } = await signedIn()
  const phone = await sessions.login({ login: 'ana', password })
  await sessions.authenticate(phone.tokens.accessToken)
  const told: unknown[] = []
  kith.events.on('session.revoked', ({ userId, sessionId }) => void told.push([userId, sessionId]))
  await sessions.revoke(viewer, phone.session.id)
  expect(told).toEqual([[viewer.userId, phone.session.id]])
  expect(await codeOf(sessions.authenticate(phone.tokens.accessToken))).toBe('session-revoked')
  await sessions.requireFresh(viewer)
})

test('ending all other sessions refuses their access and refresh tokens, removes them from the list and emits an event for each', async () => {
  const { sessions, viewer, kith, tokens } = await signedIn()
  const others = [
    await sessions.login({ login: 'ana', password }),
    await sessions.login({ login: 'ana', password }),
  ]
  const told: unknown[] = []
  kith.events.on('session.revoked', ({ userId, sessionId }) => void told.push([userId, sessionId]))
  await sessions.logoutEverywhere(viewer, { exceptCurrent: true })
  expect(told).toHaveLength(2)
  expect(told).toEqual(expect.arrayContaining(others.map(({ session }) => [viewer.userId, session.id])))
  for (const other of others) {
    expect(await codeOf(sessions.authenticate(other.tokens.accessToken))).toBe('session-revoked')
    expect(await codeOf(sessions.refresh(other.tokens.refreshToken))).toBe('session-revoked')
  }
  expect((await sessions.list(viewer)).items.map(({ id }) => id)).toEqual([viewer.sessionId])
  expect(await codeOf(sessions.refresh(tokens.refreshToken))).toBe('no error')
})

test('an unknown session ends nothing and denies nothing', async () => {
  const { sessions, viewer, denied } = await signedIn()
  const unknown = '018f5a5e-0000-7000-8000-000000000000'
  expect(await codeOf(sessions.revoke(viewer, unknown))).toBe('session-not-found')
  expect(denied).toEqual([])
})

test('without another session to end, the denylist is not called', async () => {
  const { sessions, viewer, denied } = await signedIn()
  await sessions.logoutEverywhere(viewer, { exceptCurrent: true })
  expect(denied).toEqual([])
})

test('an unreachable denylist does not keep a session alive, and its error is reported', async () => {
  const { sessions, options, session, user, loseDenylist } = await signedIn()
  // Even if it is reachable again before the end.
  loseDenylist(1)
  await expect(sessions.endAll(user.id)).rejects.toThrow('the denylist is away')
  expect((await options.storage.sessions.byId(session.id))?.revokedAt).not.toBeNull()
})

/** Two processes that do not see each other's denylist. */
async function twoProcesses() {
  const one = createInstance()
  const other = createInstance({ storage: one.options.storage })
  const { tokens, user } = await one.kith.accounts.register({ username: 'ana', password })
  const isIn = async (): Promise<string> => await codeOf(other.kith.sessions.authenticate(tokens.accessToken))
  expect(await isIn()).toBe('no error')
  return { one: one.kith, other: other.kith, id: user.id, isIn }
}

test.each<[string, (kith: Kith, id: string) => Promise<unknown>]>([
  ['ends all sessions', ({ sessions }, id) => sessions.endAll(id)],
  ['bans the account', ({ accounts }, id) => accounts.ban(id)],
  ['sets its password', ({ accounts }, id) => accounts.setPassword(id, 'another horse')],
  ['deletes it', ({ accounts }, id) => accounts.remove(id)],
])('a process that %s refuses tokens whose end another process has just caused', async (_, end) => {
  const { one, other, id, isIn } = await twoProcesses()
  await one.sessions.endAll(id)
  await end(other, id)
  expect(await isIn()).toBe('session-revoked')
})
