import { expect, test } from 'vitest'
import { codeOf, createInstance } from '../../test/instance.ts'
import { createMemoryRevocations } from '../memory/memory-revocations.ts'
import { KithError, RetryLaterError } from '../errors.ts'
import type { Revocations } from './revocations.ts'

const password = 'correct horse'

/** An account with a token that this process has already seen. */
async function withKnownToken(more: Parameters<typeof createInstance>[0] = {}) {
  const instance = createInstance(more)
  const { sessions, accounts } = instance.kith
  const ana = await accounts.register({ username: 'ana', password })
  const { accessToken } = ana.tokens
  const first = sessions.authenticateNow(accessToken)
  expect(first, 'a token not seen before').toBeInstanceOf(Promise)
  const viewer = await first
  expect(sessions.authenticateNow(accessToken), 'a token seen before').toBe(viewer)
  return { ...instance, sessions, accounts, ana, viewer, accessToken }
}

const refusal = (work: () => unknown): string => {
  try {
    work()
    return 'none'
  } catch (error) {
    return error instanceof KithError ? error.code : String(error)
  }
}

test('a known token is refused synchronously after anything that ends its session', async () => {
  const one = await withKnownToken()
  await one.sessions.logout(one.viewer)
  expect(refusal(() => one.sessions.authenticateNow(one.accessToken))).toBe('session-revoked')

  const all = await withKnownToken()
  await all.sessions.endAll(all.ana.user.id)
  expect(refusal(() => all.sessions.authenticateNow(all.accessToken))).toBe('session-revoked')

  const banned = await withKnownToken()
  await banned.kith.accounts.ban(banned.ana.user.id)
  expect(refusal(() => banned.sessions.authenticateNow(banned.accessToken))).toBe('session-revoked')
})

test('a known token is refused from the millisecond in which it expires, and is then removed from the cache', async () => {
  let now = Date.parse('2026-01-01T12:00:00Z')
  const { sessions, ana, accessToken } = await withKnownToken({ clock: () => new Date(now) })
  const start = now
  now = start + ana.tokens.expiresIn * 1000 - 1
  expect(refusal(() => sessions.authenticateNow(accessToken))).toBe('none')
  now = start + ana.tokens.expiresIn * 1000
  expect(refusal(() => sessions.authenticateNow(accessToken))).toBe('access-token-expired')
  const again = sessions.authenticateNow(accessToken)
  expect(again).toBeInstanceOf(Promise)
  expect(await codeOf(Promise.resolve(again))).toBe('access-token-expired')
})

test('an asynchronous denylist makes the result asynchronous, and its result counts', async () => {
  const sound = createMemoryRevocations()
  let answer: ((key: string) => boolean | Promise<boolean>) | null = null
  const revocations: Revocations = { ...sound, isRevoked: (key) => (answer ?? sound.isRevoked)(key) }
  const { sessions, viewer, accessToken } = await withKnownToken({ revocations })

  answer = async () => false
  const later = sessions.authenticateNow(accessToken)
  expect(later).toBeInstanceOf(Promise)
  expect(await later).toBe(viewer)

  answer = (key) => (key === viewer.sessionId ? false : Promise.resolve(true))
  expect(await codeOf(sessions.authenticate(accessToken))).toBe('session-revoked')

  const away = new RetryLaterError('storage-unavailable', 1)
  answer = () => Promise.reject(away)
  expect(await codeOf(sessions.authenticate(accessToken))).toBe('storage-unavailable')
  answer = (key) => (key === viewer.sessionId ? Promise.reject(away) : true)
  expect(await codeOf(sessions.authenticate(accessToken))).toBe('session-revoked')
  // No rejection is left unhandled.
  answer = (key) => (key.endsWith('/role') ? true : Promise.reject(away))
  expect(await codeOf(sessions.authenticate(accessToken))).toBe('storage-unavailable')
})
