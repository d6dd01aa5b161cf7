import { expect, test } from 'vitest'
import { codeOf, createInstance } from '../../test/instance.ts'

const password = 'correct horse'

async function withAna(overrides = {}) {
  const instance = createInstance(overrides)
  const { user, session } = await instance.kith.accounts.register({ username: 'ana', password })
  const { kith } = instance
  return {
    ...kith,
    storage: instance.options.storage,
    viewer: { userId: user.id, sessionId: session.id },
    host: kith.viewerOf(user.id),
  }
}

test('admits a viewer while the account and the session are live', async () => {
  const { accounts, sessions, viewer, host } = await withAna()
  for (const each of [viewer, host]) expect(await codeOf(accounts.admit(each))).toBe('no error')
  const other = await sessions.open(viewer.userId)
  await sessions.logout(viewer)
  expect(await codeOf(accounts.admit(viewer))).toBe('session-revoked')
  expect(await codeOf(accounts.admit({ ...viewer, sessionId: other.session.id }))).toBe('no error')
  // The app vouches for this viewer, so no Kith session is checked.
  expect(await codeOf(accounts.admit(host))).toBe('no error')
})

test('refuses a session of another account and an unknown session', async () => {
  const { accounts, viewer } = await withAna()
  const ben = await accounts.register({ username: 'ben', password })
  expect(await codeOf(accounts.admit({ ...viewer, sessionId: ben.session.id }))).toBe('session-revoked')
  expect(await codeOf(accounts.admit({ ...viewer, sessionId: '' }))).toBe('session-revoked')
})

test('refuses all sessions of an earlier epoch, even if their rows are live', async () => {
  const { accounts, storage, viewer } = await withAna()
  await storage.users.update(viewer.userId, { endSessions: true })
  expect((await storage.sessions.byId(viewer.sessionId))?.revokedAt).toBeNull()
  expect(await codeOf(accounts.admit(viewer))).toBe('session-revoked')
})

test('refuses a session that was not refreshed in time', async () => {
  let now = new Date('2026-01-01T00:00:00Z')
  const { accounts, viewer, host } = await withAna({ clock: () => now })
  now = new Date('2026-01-30T00:00:00Z')
  expect(await codeOf(accounts.admit(viewer))).toBe('no error')
  now = new Date('2026-01-31T00:00:00Z')
  expect(await codeOf(accounts.admit(viewer))).toBe('session-revoked')
  expect(await codeOf(accounts.admit(host))).toBe('no error')
})

// asvs: 7.4.2
test('a ban or a deletion takes effect immediately, even if the host vouches for the viewer', async () => {
  const { accounts, viewer, host } = await withAna()
  await accounts.ban(viewer.userId)
  for (const each of [viewer, host]) expect(await codeOf(accounts.admit(each))).toBe('account-banned')
  await accounts.unban(viewer.userId)
  expect(await codeOf(accounts.admit(host))).toBe('no error')
  await accounts.remove(viewer.userId)
  for (const each of [viewer, host]) expect(await codeOf(accounts.admit(each))).toBe('unauthenticated')
})
