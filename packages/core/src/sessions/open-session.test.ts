import { describe, expect, test } from 'vitest'
import { instance as codedInstance } from '../../test/coded-app.ts'
import { codeOf, counting, createInstance } from '../../test/instance.ts'
import { createMemoryStorage } from '../memory/memory-storage.ts'

const password = 'correct horse'
const client = { address: '203.0.113.7', userAgent: 'Browser/1.0' }

/** An instance with a hook that runs before a session is stored. */
async function withHook(options: Parameters<typeof createInstance>[0] = {}) {
  const storage = createMemoryStorage()
  let act = async () => {}
  const open: typeof storage.sessions.open = async (...args) => {
    const doing = act
    act = async () => {}
    await doing()
    return await storage.sessions.open(...args)
  }
  const made = createInstance({
    ...options,
    storage: { ...storage, sessions: { ...storage.sessions, open } },
  })
  const { user, session } = await made.kith.accounts.register({ username: 'ana', password })
  return {
    ...made.kith,
    storage,
    viewer: { userId: user.id, sessionId: session.id },
    beforeOpening: (doing: () => Promise<void>): void => void (act = doing),
  }
}

test('a sign-in during which all sessions are ended still succeeds, with a new session as the only one', async () => {
  const { sessions, viewer, beforeOpening, audit, events } = await withHook({ audit: { keepFor: '30d' } })
  const opened: string[] = []
  events.on('session.opened', ({ sessionId }) => void opened.push(sessionId))
  beforeOpening(() => sessions.endAll(viewer.userId))
  const { session, tokens } = await sessions.login({ login: 'ana', password }, client)
  expect((await sessions.authenticate(tokens.accessToken)).sessionId).toBe(session.id)
  expect((await sessions.list(viewer.userId)).items.map(({ id }) => id)).toEqual([session.id])
  expect(opened).toEqual([session.id])
  // The session that was stored too early has ended, with the account itself as the actor.
  const { items } = await audit.list(viewer.userId)
  const [latest, ended, first] = items
  expect([first, ended, latest].map((entry) => entry?.action)).toEqual([
    'session.opened',
    'session.revoked',
    'session.opened',
  ])
  const actor = { kind: 'self', sessionId: first?.actor.sessionId }
  for (const entry of [first, ended]) expect(entry).toMatchObject({ actor, ...client })
  expect(latest?.actor).toEqual({ kind: 'self', sessionId: session.id })
})

test('the session that the session limit displaces is reported with its account', async () => {
  const { kith, mailbox, advance } = codedInstance({ sessions: { maxPerAccount: 1 } })
  const ana = await kith.accounts.register({ username: 'ana', email: 'ana@example.com', password })
  const told: unknown[] = []
  kith.events.on('session.revoked', ({ at: _at, ...event }) => void told.push(event))
  advance(1)
  await kith.sessions.login({ login: 'ana', password }, client)
  expect(told).toEqual([{ userId: ana.user.id, sessionId: ana.session.id }])
  await kith.settled()
  expect(mailbox.messages.map(({ kind }) => kind)).toEqual(['new-device'])
})

describe('an acting admin', () => {
  const impersonation = { notice: true }

  async function desk(more: object = {}) {
    const made = codedInstance({ sessions: { impersonation, maxPerAccount: 1, ...more } })
    const { accounts, sessions } = made.kith
    const ana = await accounts.register({ username: 'ana', email: 'ana@example.com', password })
    const cleo = await accounts.register({ username: 'cleo', password })
    await accounts.setRole(cleo.user.id, 'admin')
    const admin = { userId: cleo.user.id, sessionId: cleo.session.id }
    const act = () => sessions.impersonate(admin, { userId: ana.user.id, reason: 'To see' }, client)
    return { ...made, ...made.kith, ana, admin, act }
  }

  test('displaces no session of the owner, who is notified', async () => {
    const { sessions, ana, act, kith, mailbox, options, admin } = await desk()
    const { session, tokens } = await act()
    expect(await codeOf(sessions.authenticate(ana.tokens.accessToken))).toBe('no error')
    expect(tokens.deviceToken).toBeUndefined()
    const stored = await options.storage.sessions.byId(session.id)
    expect(stored).toMatchObject({ actorId: admin.userId, actorSessionId: admin.sessionId, methods: [] })
    expect(stored?.provedAt).toEqual(new Date(0))
    await kith.settled()
    expect(mailbox.messages.map(({ kind, to }) => [kind, to])).toEqual([['impersonated', 'ana@example.com']])
  })

  test('sends no notification unless the app requests it', async () => {
    const { act, kith, mailbox } = await desk({ impersonation: { notice: false } })
    await act()
    await kith.settled()
    expect(mailbox.messages).toEqual([])
  })
})

describe('a session that the host opens', () => {
  test('requires an account that exists and is not banned; otherwise nothing is stored', async () => {
    const storage = createMemoryStorage()
    const sessionStore = counting(storage.sessions)
    const { kith } = createInstance({ storage: { ...storage, sessions: sessionStore.port } })
    const { user } = await kith.accounts.register({ username: 'ana', password })
    sessionStore.calls.length = 0
    await kith.accounts.ban(user.id)
    expect(await codeOf(kith.sessions.open(user.id))).toBe('account-banned')
    expect(await codeOf(kith.sessions.open('nobody'))).toBe('account-not-found')
    expect(sessionStore.calls).not.toContain('open')
  })

  test('requires an account that still exists when the session is stored', async () => {
    const { sessions, accounts, viewer, beforeOpening } = await withHook()
    beforeOpening(() => accounts.remove(viewer.userId))
    expect(await codeOf(sessions.open(viewer.userId))).toBe('account-not-found')
  })

  test('sends no notification', async () => {
    const { kith, mailbox } = codedInstance()
    const { user } = await kith.accounts.register({ username: 'ana', email: 'ana@example.com', password })
    await kith.sessions.open(user.id, client)
    await kith.settled()
    expect(mailbox.messages).toEqual([])
  })
})

describe('a session after the password was entered again', () => {
  test('keeps the proofs and the device name of the old session', async () => {
    const { kith, mailbox, options } = codedInstance()
    const { user } = await kith.accounts.register({ username: 'ana', email: 'ana@example.com', password })
    await kith.accounts.verifyEmail(user.id)
    const { flow } = await kith.sessions.sendCode({ login: 'ana' })
    await kith.settled()
    const { code } = mailbox.last('sign-in-code').content
    const { session } = await kith.sessions.loginByCode({ flow, code, deviceName: 'Phone' })
    const viewer = { userId: user.id, sessionId: session.id }
    const given = { currentPassword: password, newPassword: 'battery staple' }
    const renewed = await kith.accounts.changePassword(viewer, given)
    expect(await options.storage.sessions.byId(renewed.session.id)).toMatchObject({
      methods: ['otp', 'pwd'],
      deviceName: 'Phone',
    })
  })

  test('can be opened by the host for the account', async () => {
    const { kith, options } = createInstance()
    const { user } = await kith.accounts.register({ username: 'ana', password, deviceName: 'Phone' })
    const given = { currentPassword: password, newPassword: 'battery staple' }
    const renewed = await kith.accounts.changePassword(kith.viewerOf(user.id), given)
    expect(await options.storage.sessions.byId(renewed.session.id)).toMatchObject({
      methods: ['pwd'],
      deviceName: null,
    })
  })
})
