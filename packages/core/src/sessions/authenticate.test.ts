import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { codeOf, createInstance } from '../../test/instance.ts'
import { createKith } from '../create-kith.ts'
import { RetryLaterError } from '../errors.ts'
import { createMemoryRevocations } from '../memory/memory-revocations.ts'
import { createAccessTokens } from './access-token.ts'
import type { Revocations } from './revocations.ts'

const password = 'correct horse'
const farOff = new Date('2030-01-01T00:00:00Z')

/** A signed-in account, and a way to issue tokens with any claims under the same secret. */
async function signedIn(more: Parameters<typeof createInstance>[0] = {}) {
  const instance = createInstance(more)
  const signIn = await instance.kith.accounts.register({ username: 'ana', password })
  const { secret, clock = () => new Date() } = instance.options
  const issuing = createAccessTokens({
    secrets: [String(secret)],
    signingKeys: [],
    ttlSeconds: 900,
    issuer: 'kith',
    audience: 'kith',
    clock,
    random: (length) => randomBytes(length),
  })
  const grant = {
    userId: signIn.user.id,
    sessionId: signIn.session.id,
    role: 'member',
    provedAt: clock(),
    methods: ['pwd'],
    actorId: null,
  }
  return { ...instance, ...signIn, grant, issuing, elsewhere: () => createKith(instance.options) }
}

test('a session without a row has ended, and so has one of another account', async () => {
  const { options, tokens, elsewhere, kith, issuing, grant } = await signedIn()
  const ben = await kith.accounts.register({ username: 'ben', password })
  const { token } = await issuing.issue({ ...grant, userId: ben.user.id }, farOff)
  expect(await codeOf(elsewhere().sessions.authenticate(token))).toBe('session-revoked')
  await options.storage.sessions.purgeEnded(farOff, 100)
  expect(await codeOf(elsewhere().sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
})

test('a process that finds a session ended drops its other tokens, even if no denylist named them', async () => {
  const { options, tokens, session, user, elsewhere } = await signedIn()
  const { sessions } = elsewhere()
  await sessions.authenticate(tokens.accessToken)
  const { tokens: next } = await elsewhere().sessions.refresh(tokens.refreshToken)
  await options.storage.sessions.revoke({ id: session.id, userId: user.id }, new Date('2026-01-01'))
  expect(await codeOf(sessions.authenticate(tokens.accessToken)), 'it has not heard').toBe('no error')
  expect(await codeOf(sessions.authenticate(next.accessToken))).toBe('session-revoked')
  expect(await codeOf(sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
})

test('a token that names an acting admin is invalid for a session that its owner opened', async () => {
  const { kith, issuing, grant } = await signedIn()
  const { token } = await issuing.issue({ ...grant, actorId: 'an-admin' }, farOff)
  expect(await codeOf(kith.sessions.authenticate(token))).toBe('access-token-invalid')
})

test('a token keeps the time and the methods of the proof it was issued with', async () => {
  const { kith, user, session, tokens, elsewhere, advance } = await signedIn()
  const before = await elsewhere().sessions.authenticate(tokens.accessToken)
  advance(60)
  const viewer = { userId: user.id, sessionId: session.id }
  const { tokens: proved } = await kith.sessions.prove(viewer, { password })
  expect(await elsewhere().sessions.authenticate(tokens.accessToken)).toEqual(before)
  const after = await elsewhere().sessions.authenticate(proved?.accessToken ?? '')
  expect(Number(after.provedAt) - Number(before.provedAt)).toBe(60_000)
})

test('if the denylist cannot say whether a role has changed, the caller has to retry, unless the session is known to have ended', async () => {
  const sound = createMemoryRevocations()
  let isAway = false
  const away = new RetryLaterError('storage-unavailable', 1)
  const revocations: Revocations = {
    ...sound,
    isRevoked: (key) => (isAway && key.endsWith('/role') ? Promise.reject(away) : sound.isRevoked(key)),
  }
  const { kith, user, tokens } = await signedIn({ revocations })
  await kith.sessions.authenticate(tokens.accessToken)
  isAway = true
  expect(await codeOf(kith.sessions.authenticate(tokens.accessToken))).toBe('storage-unavailable')
  await kith.sessions.endAll(user.id)
  expect(await codeOf(kith.sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
})

test('a role change of one account causes no new lookup for the tokens of another', async () => {
  const { kith, tokens, options } = await signedIn()
  const ben = await kith.accounts.register({ username: 'ben', password })
  for (const token of [tokens, ben.tokens]) await kith.sessions.authenticate(token.accessToken)
  await kith.accounts.setRole(ben.user.id, 'moderator')
  let reads = 0
  const { byId } = options.storage.sessions
  options.storage.sessions.byId = async (id) => {
    reads++
    return await byId(id)
  }
  expect((await kith.sessions.authenticate(tokens.accessToken)).role).toBe('member')
  expect(reads).toBe(0)
  expect((await kith.sessions.authenticate(ben.tokens.accessToken)).role).toBe('moderator')
})
