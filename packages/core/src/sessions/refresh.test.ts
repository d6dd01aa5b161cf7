import type { RotationResult, SessionRecord } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { codeOf, createInstance } from '../../test/instance.ts'
import { createKith } from '../create-kith.ts'

const password = 'correct horse'

/** A signed-in account, over a storage whose `rotate` results can be changed and which can lose the end of sessions. */
async function signedIn() {
  const storage = createMemoryStorage()
  let change = (result: RotationResult): RotationResult => result
  let losesEnds = false
  const sessions: typeof storage.sessions = {
    ...storage.sessions,
    rotate: async (rotation) => change(await storage.sessions.rotate(rotation)),
    async revokeAll(...given) {
      if (losesEnds) throw new Error('lost')
      return await storage.sessions.revokeAll(...given)
    },
  }
  let isGone = false
  const users: typeof storage.users = {
    ...storage.users,
    byId: async (id) => (isGone ? null : await storage.users.byId(id)),
  }
  const instance = createInstance({
    storage: { ...storage, sessions, users },
    audit: { keepFor: '30d' },
  })
  const { kith } = instance
  const { tokens, user, session } = await kith.accounts.register({ username: 'ana', password })
  const alarms: string[] = []
  kith.events.on('session.reuse-detected', ({ sessionId }) => void alarms.push(sessionId))
  return {
    ...instance,
    ...{ userId: user.id, alarms, refresh: () => kith.sessions.refresh(tokens.refreshToken) },
    row: () => storage.sessions.byId(session.id),
    loseEnds: () => void (losesEnds = true),
    forgetUser: () => void (isGone = true),
    answer: (fields: (row: SessionRecord) => Partial<SessionRecord>) => {
      change = ({ session: row }) => ({ rotated: false, session: row && { ...row, ...fields(row) } })
    },
  }
}

test('a session of an earlier epoch whose row is still live ends at its next refresh', async () => {
  const { kith, userId, loseEnds, refresh, row } = await signedIn()
  loseEnds()
  await expect(kith.sessions.endAll(userId)).rejects.toThrow('lost')
  expect((await row())?.revokedAt).toBeNull()
  expect(await codeOf(refresh())).toBe('session-revoked')
  expect((await row())?.revokedAt).not.toBeNull()
})

test('a banned account gets that error at the next refresh, and a deleted one does not', async () => {
  const banned = await signedIn()
  banned.loseEnds()
  await banned.kith.accounts.ban(banned.userId).catch(() => {})
  expect(await codeOf(banned.refresh())).toBe('account-banned')
  expect((await banned.row())?.revokedAt).not.toBeNull()

  const gone = await signedIn()
  gone.forgetUser()
  expect(await codeOf(gone.refresh())).toBe('session-revoked')
  expect((await gone.row())?.revokedAt).not.toBeNull()
})

test('a shortened maximum lifetime applies to existing tokens, to the second', async () => {
  for (const [seconds, code] of [
    [3_599, 'no error'],
    [3_600, 'refresh-token-expired'],
  ] as const) {
    const { options, advance, kith } = createInstance()
    const { tokens } = await kith.accounts.register({ username: 'ana', password })
    advance(seconds)
    const shorter = createKith({ ...options, sessions: { maxLifetime: '1h' } })
    const refreshed = shorter.sessions.refresh(tokens.refreshToken)
    expect(await codeOf(refreshed), `${seconds} s`).toBe(code)
    if (code !== 'no error') await expect(refreshed).rejects.toMatchObject({ detail: 'Sign in again.' })
  }
})

test('an old token of a row that has expired meanwhile is not a reuse', async () => {
  for (const isOver of [true, false]) {
    const { answer, refresh, kith, alarms } = await signedIn()
    const now = kith.config.clock().getTime()
    answer(() => ({ generation: 5, expiresAt: new Date(isOver ? now : now + 1) }))
    expect(await codeOf(refresh())).toBe(isOver ? 'session-revoked' : 'refresh-token-reused')
    expect(alarms).toHaveLength(isOver ? 0 : 1)
  }
})

test('a storage that was set back ends the session without an alarm, and the log says so', async () => {
  const { answer, refresh, row, alarms, logged } = await signedIn()
  answer(({ generation }) => ({ generation: generation - 2 }))
  await expect(refresh()).rejects.toMatchObject({ code: 'session-revoked', detail: 'Sign in again.' })
  expect((await row())?.revokedAt).not.toBeNull()
  expect(alarms).toEqual([])
  expect(logged.map(([line]) => line).join()).toContain('ahead of its session')
})

test('for a session that ends at a refresh, the audit log names no actor', async () => {
  const ended = async ({ kith, userId }: Awaited<ReturnType<typeof signedIn>>) =>
    (await kith.audit.list(userId)).items.find(({ action }) => action === 'session.revoked')?.actor
  const nobody = { kind: 'nobody', sessionId: null }
  const setBack = await signedIn()
  setBack.answer(({ generation }) => ({ generation: generation - 2 }))
  await codeOf(setBack.refresh())
  expect(await ended(setBack)).toEqual(nobody)

  const earlier = await signedIn()
  earlier.loseEnds()
  await codeOf(earlier.kith.sessions.endAll(earlier.userId))
  await codeOf(earlier.refresh())
  expect(await ended(earlier)).toEqual(nobody)
})

test('a reused token reports what happened and raises one alarm', async () => {
  const { answer, refresh, row, alarms } = await signedIn()
  answer(({ generation }) => ({ generation: generation + 4 }))
  await expect(refresh()).rejects.toMatchObject({
    code: 'refresh-token-reused',
    detail: 'The session has ended; sign in again.',
  })
  expect((await row())?.revokedAt).not.toBeNull()
  expect(alarms).toHaveLength(1)
})

test('within the grace, a place that was unknown before is not reported as another place', async () => {
  const { kith } = createInstance()
  const seen: unknown[] = []
  kith.events.on('session.grace-used', (event) => void seen.push(event))
  const { tokens } = await kith.accounts.register({ username: 'ana', password })
  await kith.sessions.refresh(tokens.refreshToken)
  await kith.sessions.refresh(tokens.refreshToken, { address: '203.0.113.7', userAgent: 'Browser/1.0' })
  expect(seen).toEqual([])
})
