import { describe, expect, test } from 'vitest'
import { createDeviceKey } from '../../test/device-key.ts'
import { codeOf, createInstance } from '../../test/instance.ts'
import { createMemoryStorage } from '../memory/memory-storage.ts'
import type { SessionStore } from './session-store.ts'

const password = 'correct horse'

async function withAna(options: Parameters<typeof createInstance>[0] = {}) {
  const made = createInstance(options)
  const { user, session, tokens } = await made.kith.accounts.register({ username: 'ana', password })
  const viewer = { userId: user.id, sessionId: session.id }
  return { ...made, ...made.kith, viewer, session, tokens }
}

describe('a proof is not accepted from', () => {
  test('the host, an unknown account and the session of another account', async () => {
    const { kith, sessions, accounts, viewer } = await withAna()
    const ben = await accounts.register({ username: 'ben', password })
    const prove = (who: Parameters<typeof sessions.prove>[0]) => codeOf(sessions.prove(who, { password }))
    expect(await prove(kith.viewerOf(viewer.userId))).toBe('unauthenticated')
    expect(await prove({ userId: 'nobody', sessionId: viewer.sessionId })).toBe('unauthenticated')
    expect(await prove({ userId: ben.user.id, sessionId: viewer.sessionId })).toBe('session-revoked')
    expect(await prove({ userId: viewer.userId, sessionId: 'none' })).toBe('session-revoked')
    expect(await prove(viewer)).toBe('no error')
  })

  test('a session, from the millisecond in which it ends', async () => {
    const { sessions, viewer, session, advance } = await withAna()
    advance((Date.parse(session.expiresAt) - Date.parse('2026-01-01T00:00:00Z')) / 1000 - 0.001)
    expect(await codeOf(sessions.prove(viewer, { password }))).toBe('no error')
    const other = await withAna()
    other.advance((Date.parse(other.session.expiresAt) - Date.parse('2026-01-01T00:00:00Z')) / 1000)
    expect(await codeOf(other.sessions.prove(other.viewer, { password }))).toBe('session-revoked')
  })
})

test('a proof that competes with refreshes succeeds; after ten lost races it fails', async () => {
  const storage = createMemoryStorage()
  let refreshes = 0
  const rotate: SessionStore['rotate'] = async (rotation) => {
    // Another refresh is faster each time.
    if (refreshes > 0) {
      refreshes--
      await storage.sessions.rotate(rotation)
    }
    return await storage.sessions.rotate(rotation)
  }
  const { sessions, viewer } = await withAna({
    storage: { ...storage, sessions: { ...storage.sessions, rotate } },
  })
  refreshes = 9
  const { tokens } = await sessions.prove(viewer, { password })
  expect(await codeOf(sessions.refresh(tokens?.refreshToken ?? ''))).toBe('no error')
  refreshes = 10
  expect(await codeOf(sessions.prove(viewer, { password }))).toBe('session-revoked')
})

test('the token from before a proof keeps its grace, even if the clock is set back', async () => {
  const { sessions, viewer, tokens, advance } = await withAna()
  await sessions.prove(viewer, { password })
  advance(-3_600)
  expect(await codeOf(sessions.refresh(tokens.refreshToken))).toBe('no error')
})

test('a device-bound session can be proved, and gets tokens only with its key', async () => {
  const { sessions, boundSessions, viewer, advance } = await withAna({ sessions: { deviceBound: true } })
  const key = createDeviceKey()
  await boundSessions.bind(viewer, key.registration(await boundSessions.offerTo(viewer)))
  advance(3_600)
  expect(await codeOf(sessions.requireFresh(viewer))).toBe('proof-required')
  expect(await sessions.prove(viewer, { password })).toMatchObject({
    userId: viewer.userId,
    session: { id: viewer.sessionId },
    tokens: null,
  })
  expect(await codeOf(sessions.requireFresh(viewer))).toBe('no error')
})
