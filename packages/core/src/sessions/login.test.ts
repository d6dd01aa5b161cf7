import { describe, expect, test } from 'vitest'
import { confirming, instance as codedInstance } from '../../test/coded-app.ts'
import { codeOf, createInstance, type Instance } from '../../test/instance.ts'
import { createKith } from '../create-kith.ts'
import { createMemoryStorage } from '../memory/memory-storage.ts'

const password = 'correct horse'
const client = { address: '203.0.113.7', userAgent: 'Browser/1.0' }
const once = [{ limit: 1, window: '1m' as const }]

async function withAna(options: Parameters<typeof createInstance>[0] = {}) {
  const made = createInstance(options)
  const { user, session, tokens } = await made.kith.accounts.register({ username: 'ana', password })
  return {
    ...made,
    ...made.kith,
    user,
    viewer: { userId: user.id, sessionId: session.id },
    device: tokens.deviceToken,
  }
}

/** Collects the events of failed sign-ins. */
function toldOf({ events }: Instance['kith']): object[] {
  const told: object[] = []
  for (const name of ['login.failed', 'login.locked'] as const)
    events.on(name, ({ at: _at, ...event }) => void told.push({ name, ...event }))
  return told
}

describe('a form', () => {
  test.each([
    [{}, 'required'],
    [{ login: 'ana', username: 'ana' }, 'ambiguous'],
    [{ username: 'ana', email: 'ana@example.com' }, 'ambiguous'],
    [{ login: 'ana', username: 'ana', email: 'ana@example.com' }, 'ambiguous'],
  ])('with %j names no single login', async (logins, code) => {
    const { sessions } = createInstance().kith
    await expect(sessions.login({ ...logins, password } as never)).rejects.toMatchObject({
      code: 'invalid-input',
      errors: [{ path: 'login', code }],
    })
  })

  test('may use username or email instead', async () => {
    const { kith } = createInstance()
    await kith.accounts.register({ username: 'ana', email: 'ana@example.com', password })
    for (const login of [{ username: 'ana' }, { email: 'ana@example.com' }])
      expect(await codeOf(kith.sessions.login({ ...login, password } as never))).toBe('no error')
  })
})

test('an unconfirmed email address cannot sign in if the options require confirmation', async () => {
  const email = 'ana@example.com'
  const { kith } = codedInstance({ accounts: { ...confirming.accounts, signUp: 'closed' } })
  const { id } = await kith.accounts.import({ username: 'ana', email, passwordHash: null })
  await kith.accounts.setPassword(id, password)
  const login = (typed: string): Promise<string> => codeOf(kith.sessions.login({ login: typed, password }))
  expect(await login(email)).toBe('invalid-credentials')
  expect(await login('nobody@example.com')).toBe('invalid-credentials')
  expect(await login('ana')).toBe('no error')
  await kith.accounts.verifyEmail(id)
  expect(await login(email)).toBe('no error')
})

describe('a banned account', () => {
  test('is refused before any policy runs, and gets no session', async () => {
    const asked: unknown[] = []
    const policies = { 'session.open': (call: unknown) => void asked.push(call) }
    const { sessions, accounts, events, user } = await withAna({ policies, audit: { keepFor: '30d' } })
    const opened: unknown[] = []
    events.on('session.opened', (event) => void opened.push(event))
    await accounts.ban(user.id)
    expect(await codeOf(sessions.login({ login: 'ana', password }))).toBe('account-banned')
    expect([asked, opened]).toEqual([[], []])
  })
})

test('a sign-in renews a hash with outdated costs, and keeps a current one', async () => {
  const { options, user, sessions } = await withAna()
  const hashOf = async (): Promise<string | null | undefined> =>
    (await options.storage.users.byId(user.id))?.passwordHash
  const before = await hashOf()
  await sessions.login({ login: 'ana', password })
  expect(await hashOf()).toBe(before)
  const dearer = createKith({ ...options, passwords: { memoryKiB: 16, iterations: 1 } })
  await dearer.sessions.login({ login: 'ana', password })
  const after = await hashOf()
  expect(after).toContain('m=16')
  await dearer.sessions.login({ login: 'ana', password })
  expect(await hashOf()).toBe(after)
})

test('a sign-in by password records that method in its session and its token', async () => {
  const { sessions, options } = await withAna()
  const { session, tokens } = await sessions.login({ login: 'ana', password })
  expect((await options.storage.sessions.byId(session.id))?.methods).toEqual(['pwd'])
  expect((await sessions.authenticate(tokens.accessToken)).methods).toEqual(['pwd'])
})

describe('too many wrong passwords', () => {
  const limits = {
    passwordByClient: once,
    passwordByDevice: once,
    passwordBySession: once,
  }

  test('emit an event with the account and the place: for a stranger, a device and a session', async () => {
    const { kith, sessions, accounts, viewer, device } = await withAna({ limits })
    const told = toldOf(kith)
    const wrong = { login: 'ana', password: 'wrong' }
    const known = { ...client, address: '203.0.113.8', device }
    await codeOf(sessions.login(wrong, client))
    expect(await codeOf(sessions.login(wrong, client))).toBe('account-locked')
    const { userId } = viewer
    const place = { userId, ...client }
    expect(told.splice(0)).toEqual([
      { name: 'login.failed', ...place },
      { name: 'login.locked', ...place },
    ])
    await codeOf(sessions.login(wrong, known))
    // First as the device, and then as the stranger that it is without the token.
    await codeOf(sessions.login(wrong, known))
    const elsewhere = { ...place, address: known.address }
    expect(told.splice(0)).toEqual([
      { name: 'login.failed', ...elsewhere },
      { name: 'login.locked', ...elsewhere },
      { name: 'login.failed', ...elsewhere },
    ])
    for (const code of ['wrong-password', 'account-locked'])
      expect(await codeOf(accounts.delete(viewer, { password: 'wrong' }, { client }))).toBe(code)
    expect(told.splice(0)).toEqual([
      { name: 'login.failed', ...place },
      { name: 'login.locked', ...place },
    ])
    for (let time = 0; time < 2; time++)
      await codeOf(sessions.login({ login: 'nobody', password: 'wrong' }, { address: 'none' }))
    const nobody = { userId: null, address: null, userAgent: null }
    expect(told).toEqual([
      { name: 'login.failed', ...nobody },
      { name: 'login.locked', ...nobody },
    ])
  })

  test('notify the owner, with the device and the IP address', async () => {
    const { kith, mailbox } = codedInstance({ limits })
    await kith.accounts.register({ username: 'ana', email: 'ana@example.com', password })
    const firefox = 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0'
    const thief = { address: '203.0.113.9', userAgent: firefox }
    for (let time = 0; time < 2; time++)
      await codeOf(kith.sessions.login({ login: 'ana', password: 'wrong' }, thief))
    await kith.settled()
    await kith.settled()
    expect(mailbox.last('locked-out').content).toMatchObject({
      device: 'Firefox on Windows',
      address: thief.address,
    })
  })
})

test('a device counts by its IP address for an account that has not signed in on it', async () => {
  const { sessions, accounts, device } = await withAna({ limits: { loginByAddress: once } })
  await accounts.register({ username: 'ben', password })
  const ben = (): Promise<string> => codeOf(sessions.login({ login: 'ben', password }, { ...client, device }))
  expect(await ben()).toBe('no error')
  expect(await ben()).toBe('rate-limited')
  expect(await codeOf(sessions.login({ login: 'ana', password }, { ...client, device }))).toBe('no error')
})

describe('a change that requires the password', () => {
  test('reports that the password is missing, and in which field', async () => {
    const { accounts, viewer } = await withAna()
    for (const [call, path] of [
      [() => accounts.delete(viewer, {}), 'password'],
      [() => accounts.changePassword(viewer, { newPassword: 'battery staple' }), 'currentPassword'],
    ] as const)
      await expect(call()).rejects.toMatchObject({
        code: 'invalid-input',
        errors: [{ path, code: 'required', message: expect.stringMatching(/password/) as string }],
      })
  })

  test('opens no session if the account had no password and got one meanwhile', async () => {
    for (const isChanged of [false, true]) {
      const storage = createMemoryStorage()
      let act = async () => {}
      const open: typeof storage.sessions.open = async (...args) => {
        await act()
        return await storage.sessions.open(...args)
      }
      const { kith } = createInstance({ storage: { ...storage, sessions: { ...storage.sessions, open } } })
      const { id } = await kith.accounts.import({ username: 'ana', passwordHash: null })
      const { session } = await kith.sessions.open(id)
      act = async () => {
        act = async () => {}
        if (isChanged) await storage.users.replacePassword(id, null, 'another')
      }
      const edited = kith.accounts.edit({ userId: id, sessionId: session.id }, { username: 'eva' })
      expect(await codeOf(edited)).toBe(isChanged ? 'invalid-credentials' : 'no error')
    }
  })
})
