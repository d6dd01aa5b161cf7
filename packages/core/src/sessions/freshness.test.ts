import { describe, expect, test } from 'vitest'
import { codeOf, createInstance } from '../../test/instance.ts'

const password = 'correct horse'

/** An account that signed in at this millisecond of a second, with its token. */
async function signedIn(millis = 0) {
  const made = createInstance()
  made.advance(millis / 1000)
  const { user, session, tokens } = await made.kith.accounts.register({ username: 'ana', password })
  const byToken = await made.kith.sessions.authenticate(tokens.accessToken)
  const bySession = { userId: user.id, sessionId: session.id }
  return { ...made, ...made.kith, byToken, bySession }
}

describe('a proof is valid', () => {
  test.each([0, 500, 999])('until its last millisecond, by token and by session (%d)', async (millis) => {
    const { sessions, advance, byToken, bySession } = await signedIn(millis)
    advance(60)
    for (const viewer of [byToken, bySession])
      expect(await codeOf(sessions.requireFresh(viewer, '1m'))).toBe('no error')
    advance(0.001)
    for (const viewer of [byToken, bySession])
      expect(await codeOf(sessions.requireFresh(viewer, '1m'))).toBe('proof-required')
  })

  test('only for its own account, and while its session is live', async () => {
    const { sessions, accounts, bySession } = await signedIn()
    const ben = await accounts.register({ username: 'ben', password })
    const mixed = { ...bySession, userId: ben.user.id }
    expect(await codeOf(sessions.requireFresh(mixed))).toBe('session-revoked')
    expect(await codeOf(sessions.requireFresh({ ...bySession, sessionId: 'none' }))).toBe('session-revoked')
    await sessions.logout(bySession)
    expect(await codeOf(sessions.requireFresh(bySession))).toBe('session-revoked')
  })
})

test('an acting admin has proved nothing, by token and by session', async () => {
  const { kith } = createInstance({ sessions: { impersonation: {} } })
  const cleo = await kith.accounts.register({ username: 'cleo', password })
  const ana = await kith.accounts.register({ username: 'ana', password })
  await kith.accounts.setRole(cleo.user.id, 'admin')
  const admin = { userId: cleo.user.id, sessionId: cleo.session.id }
  const acting = await kith.sessions.impersonate(admin, { userId: ana.user.id, reason: 'To see' })
  const viewer = await kith.sessions.authenticate(acting.tokens.accessToken)
  expect(await codeOf(kith.sessions.requireFresh(viewer))).toBe('impersonated')
  const bySession = { userId: ana.user.id, sessionId: acting.session.id }
  expect(await codeOf(kith.sessions.requireFresh(bySession))).toBe('impersonated')
})

test('the host needs no proof, and an invalid duration is an error of the app', async () => {
  const { sessions, bySession, kith } = await signedIn()
  expect(await codeOf(sessions.requireFresh(kith.viewerOf(bySession.userId)))).toBe('no error')
  await expect(sessions.requireFresh(bySession, 'soon' as never)).rejects.toThrow('requireFresh')
})
