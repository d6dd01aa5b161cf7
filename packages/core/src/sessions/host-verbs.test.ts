import { expect, test } from 'vitest'
import { codeOf, createInstance } from '../../test/instance.ts'
import { createKith } from '../create-kith.ts'

const password = 'correct horse'
const home = { address: '203.0.113.7', userAgent: 'Browser/1.0' }

async function withAna() {
  const instance = createInstance()
  const ana = await instance.kith.accounts.register({ username: 'ana', password }, home)
  const phone = await instance.kith.sessions.login({ login: 'ana', password, deviceName: 'Phone' }, home)
  return { ...instance, ...instance.kith, ana, phone }
}

// asvs: 7.4.5
test('the host can list the sessions of any account in pages, and end one or all of them', async () => {
  const { sessions, ana, phone } = await withAna()
  const first = await sessions.list(ana.user.id, { limit: 1 })
  expect(first.items).toMatchObject([{ id: phone.session.id, deviceName: 'Phone', current: false, ...home }])
  const rest = await sessions.list(ana.user.id, { cursor: first.nextCursor ?? '' })
  expect(rest.items).toMatchObject([{ id: ana.session.id, current: false }])
  expect(rest.nextCursor).toBeNull()

  await sessions.end(ana.user.id, phone.session.id)
  expect(await codeOf(sessions.authenticate(phone.tokens.accessToken))).toBe('session-revoked')
  await sessions.authenticate(ana.tokens.accessToken)
  await sessions.endAll(ana.user.id)
  await sessions.endAll(ana.user.id)
  expect(await codeOf(sessions.authenticate(ana.tokens.accessToken))).toBe('session-revoked')
  expect(await codeOf(sessions.refresh(ana.tokens.refreshToken))).toBe('session-revoked')
  expect((await sessions.list(ana.user.id)).items).toEqual([])
  await sessions.login({ login: 'ana', password })
})

test('the host gets an error for an unknown account or session', async () => {
  const { sessions, accounts, ana, phone } = await withAna()
  const ben = await accounts.register({ username: 'ben', password })
  expect(await codeOf(sessions.list('nobody'))).toBe('account-not-found')
  expect(await codeOf(sessions.endAll('nobody'))).toBe('account-not-found')
  expect(await codeOf(sessions.end(ben.user.id, phone.session.id))).toBe('session-not-found')
  expect(await codeOf(accounts.setRole('nobody', 'admin'))).toBe('account-not-found')
  await accounts.delete({ userId: ana.user.id, sessionId: ana.session.id }, { password })
  expect(await codeOf(sessions.list(ana.user.id))).toBe('account-not-found')
})

test('a role is effective as soon as it is set, in every process, and its owner gets an event', async () => {
  const { accounts, events, ana, options } = await withAna()
  const changed: unknown[] = []
  events.on('account.role-changed', (event) => void changed.push(event))
  const other = createKith(options)
  const viewer = await other.sessions.authenticate(ana.tokens.accessToken)
  const ask = () => codeOf(other.accounts.requireRole(viewer, ['moderator', 'admin']))
  expect(ana.user.role).toBe('member')
  expect(await ask()).toBe('role-required')
  await accounts.setRole(viewer.userId, 'admin')
  expect(await ask()).toBe('no error')
  expect((await other.accounts.me(viewer)).role).toBe('admin')
  await accounts.setRole(viewer.userId, 'member')
  expect(await ask()).toBe('role-required')
  expect(changed).toMatchObject([
    { userId: viewer.userId, role: 'admin' },
    { userId: viewer.userId, role: 'member' },
  ])
  await accounts.setRole(viewer.userId, 'admin')
  await accounts.ban(viewer.userId)
  expect(await ask()).toBe('account-banned')
})

test('a role does not count for a session that another process has ended, even if this one knows its token', async () => {
  const { accounts, sessions, ana, phone, options } = await withAna()
  const other = createKith(options)
  await accounts.setRole(ana.user.id, 'admin')
  for (const [signIn, end] of [
    [phone, () => sessions.end(ana.user.id, phone.session.id)],
    [ana, () => sessions.endAll(ana.user.id)],
  ] as const) {
    const viewer = await other.sessions.authenticate(signIn.tokens.accessToken)
    await other.accounts.requireRole(viewer, ['admin'])
    await end()
    await other.sessions.authenticate(signIn.tokens.accessToken)
    expect(await codeOf(other.accounts.requireRole(viewer, ['admin']))).toBe('session-revoked')
  }
})

test('a string is rejected as a list of roles, because it would match parts of names', async () => {
  const { accounts, ana } = await withAna()
  const viewer = { userId: ana.user.id, sessionId: ana.session.id }
  await expect(accounts.requireRole(viewer, 'team-member' as never)).rejects.toThrow(TypeError)
})

test.each(['', 'Admin', 'admin ', '2nd', 'a'.repeat(33), 'é'])(
  '%j is not a valid role name',
  async (role) => {
    const { accounts, ana } = await withAna()
    expect(await codeOf(accounts.setRole(ana.user.id, role))).toBe('invalid-input')
    expect(
      await codeOf(accounts.edit({ userId: ana.user.id, sessionId: ana.session.id }, { role } as object)),
    ).toBe('invalid-input')
  },
)

test('sign-in events contain the place and the client', async () => {
  const { sessions, accounts, events, ana } = await withAna()
  const told: unknown[] = []
  for (const name of ['session.opened', 'session.refreshed', 'login.failed'] as const)
    events.on(name, ({ at: _at, ...event }) => void told.push({ name, ...event }))
  const viewer = { userId: ana.user.id, sessionId: ana.session.id }
  const { session } = await sessions.login({ login: 'ana', password }, home)
  await sessions.refresh(ana.tokens.refreshToken, home)
  await codeOf(sessions.login({ login: 'ana', password: 'wrong' }, home))
  await codeOf(sessions.login({ login: 'nobody', password: 'wrong' }, { address: 'not one' }))
  const wrong = { currentPassword: 'wrong', newPassword: 'battery staple' }
  await codeOf(accounts.changePassword(viewer, wrong, home))
  await codeOf(accounts.delete(viewer, { password: 'wrong' }, { client: home }))
  expect(told).toEqual([
    { name: 'session.opened', userId: viewer.userId, sessionId: session.id, ...home },
    { name: 'session.refreshed', ...viewer, ...home },
    { name: 'login.failed', userId: viewer.userId, ...home },
    { name: 'login.failed', userId: null, address: null, userAgent: null },
    { name: 'login.failed', userId: viewer.userId, ...home },
    { name: 'login.failed', userId: viewer.userId, ...home },
  ])
})
