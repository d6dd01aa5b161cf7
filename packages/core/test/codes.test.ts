import { createKith, type Kith, type KithOptions } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { MessageRefused, type Message } from '@kith/core/ports'
import { describe, expect, test, vi } from 'vitest'
import { codeOf, createInstance, type Instance } from './instance.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'

const password = 'correct horse'
const email = 'ada@example.com'
const client = { address: '192.0.2.1', userAgent: 'Test/1', language: 'de' }
const links = {
  resetPassword: '/reset',
  signIn: '/sign-in',
  revertAddress: 'https://app.example/revert',
}

type Given = Partial<KithOptions> & { mailbox?: Mailbox; phones?: Mailbox }

/** A Kith that sends to mailboxes; with `confirm: 'email'` its registrations confirm the email address. */
function instance({
  mailbox = createMailbox(),
  phones = createMailbox(),
  ...options
}: Given = {}): Instance & {
  mailbox: Mailbox
  phones: Mailbox
} {
  const made = createInstance({
    publicUrl: 'https://app.example/backend',
    messages: { email: mailbox, sms: phones, links },
    sessions: { codeSignIn: true },
    ...options,
  })
  return { ...made, mailbox, phones }
}

const confirming = { accounts: { identifiers: { email: 'required' }, confirm: 'email' } } as const

/** Whether somebody signs in. */
async function signsIn(kith: Kith, login: string, given = password): Promise<boolean> {
  return (await codeOf(kith.sessions.login({ login, password: given }))) === 'no error'
}

const wrong = (code: string): string => (code === '000000' ? '000001' : '000000')

describe('registration by code', () => {
  const input = { username: 'ada', email, password, name: 'Ada' }

  test('the account exists after the code, its address is confirmed, and it is signed in', async () => {
    const { kith, mailbox } = instance(confirming)
    const { flow, expiresAt } = await kith.registration.begin(input, client)
    expect(await kith.accounts.find('ada')).toBeNull()
    expect(expiresAt).toBe('2026-01-01T00:10:00.000Z')
    await kith.settled()
    expect(mailbox.messages).toEqual([
      {
        id: expect.any(String) as string,
        kind: 'registration-code',
        channel: 'email',
        to: email,
        language: 'de',
        content: { code: expect.stringMatching(/^\d{6}$/) as string, minutes: 10 },
      },
    ])
    const { code } = mailbox.last('registration-code').content
    const signIn = await kith.registration.confirm(
      { flow, code: ` ${code.slice(0, 3)} ${code.slice(3)}` },
      client,
    )
    expect(signIn.user).toMatchObject({ username: 'ada', name: 'Ada', email, emailVerified: true })
    expect(await signsIn(kith, email)).toBe(true)
    expect(await codeOf(kith.registration.confirm({ flow, code }, client))).toBe('code-invalid')
  })

  test('by text message', async () => {
    const accounts = { identifiers: { phone: 'required' }, confirm: 'phone' } as const
    const { kith, phones } = instance({ accounts })
    const { flow } = await kith.registration.begin({ username: 'ada', phone: '+49 30 123456', password })
    await kith.settled()
    const { content, channel } = phones.last('registration-code', '+4930123456')
    expect(channel).toBe('sms')
    const { user } = await kith.registration.confirm({ flow, code: content.code })
    expect(user).toMatchObject({ phone: '+4930123456', phoneVerified: true })
  })

  test('to whom has an account already it says so by mail alone; the answer is the same, and no code is right', async () => {
    const { kith, mailbox } = instance(confirming)
    await enter(kith, mailbox, input)
    const again = await kith.registration.begin({ ...input, username: 'eve' }, client)
    expect(Object.keys(again)).toEqual(['flow', 'expiresAt'])
    await kith.settled()
    expect(mailbox.messages.at(-1)).toMatchObject({ kind: 'registration-known', to: email, content: {} })
    expect(await codeOf(kith.registration.confirm({ flow: again.flow, code: '123456' }))).toBe('code-invalid')
    expect(await codeOf(kith.registration.begin({ ...input, email: 'b@example.com' }))).toBe(
      'identifier-taken',
    )
  })

  test('a code works in its own flow alone: who is sent that of another one gets no account of theirs', async () => {
    const { kith, mailbox } = instance(confirming)
    const squatter = await kith.registration.begin({ ...input, username: 'eve', password: 'of the squatter' })
    await kith.settled()
    const theirs = mailbox.last('registration-code').content.code
    const own = await kith.registration.begin(input)
    await kith.settled()
    const mine = mailbox.last('registration-code').content.code
    if (mine !== theirs)
      expect(await codeOf(kith.registration.confirm({ ...own, code: theirs } as never))).toBe('invalid-input')
    expect(await codeOf(kith.registration.confirm({ flow: squatter.flow, code: wrong(theirs) }))).toBe(
      'code-invalid',
    )
    await kith.registration.confirm({ flow: own.flow, code: mine })
    expect(await signsIn(kith, email)).toBe(true)
    // Also with the right code, the address is taken by then.
    expect(await codeOf(kith.registration.confirm({ flow: squatter.flow, code: theirs }))).toBe(
      'identifier-taken',
    )
    expect(await kith.accounts.find('eve')).toBeNull()
  })

  test('five wrong codes use a flow up, and asking for another code gives no more', async () => {
    const { kith, mailbox } = instance(confirming)
    const { flow } = await kith.registration.begin(input)
    await kith.settled()
    for (let tried = 0; tried < 4; tried++) {
      const { code } = mailbox.last('registration-code').content
      expect(await codeOf(kith.registration.confirm({ flow, code: wrong(code) }))).toBe('code-invalid')
      if (tried === 2) await kith.sessions.resendCode({ purpose: 'register', flow })
      await kith.settled()
    }
    expect(mailbox.messages).toHaveLength(2)
    const { code } = mailbox.last('registration-code').content
    expect(await codeOf(kith.registration.confirm({ flow, code: wrong(code) }))).toBe('code-invalid')
    expect(await codeOf(kith.registration.confirm({ flow, code }))).toBe('code-invalid')
    await kith.sessions.resendCode({ purpose: 'register', flow })
    await kith.settled()
    expect(mailbox.messages).toHaveLength(2)
  })

  test('a code that was sent again ends the one before; a flow that does not exist says the same', async () => {
    const { kith, mailbox } = instance(confirming)
    const { flow } = await kith.registration.begin(input)
    await kith.settled()
    const first = mailbox.last('registration-code').content.code
    const again = await kith.sessions.resendCode({ purpose: 'register', flow })
    await kith.settled()
    const second = mailbox.last('registration-code').content.code
    if (first !== second)
      expect(await codeOf(kith.registration.confirm({ flow, code: first }))).toBe('code-invalid')
    await kith.registration.confirm({ flow, code: second })
    const other = await kith.sessions.resendCode({ purpose: 'register', flow: flow.replace(/.$/, '0') })
    expect(Object.keys(other)).toEqual(Object.keys(again))
  })

  test('after ten minutes it has ended', async () => {
    const { kith, mailbox, advance } = instance(confirming)
    const { flow } = await kith.registration.begin(input)
    await kith.settled()
    const { code } = mailbox.last('registration-code').content
    advance(600)
    expect(await codeOf(kith.registration.confirm({ flow, code }))).toBe('code-invalid')
    expect(await kith.upkeep.run()).toMatchObject({ codes: 1, failed: [] })
  })

  test('an address that somebody has and has not confirmed keeps nobody out, and does not sign in', async () => {
    const { kith, mailbox } = instance(confirming)
    const squatter = await kith.accounts.import({ username: 'eve', email, passwordHash: null })
    await kith.accounts.setPassword(squatter.id, password)
    expect(await signsIn(kith, 'eve')).toBe(true)
    expect(await signsIn(kith, email)).toBe(false)
    await enter(kith, mailbox, input)
    expect(await kith.accounts.find(email)).toMatchObject({ username: 'ada' })
    expect(await kith.accounts.byId(squatter.id)).toMatchObject({ email: null })
  })

  test('20 parallel calls with one code make one account', async () => {
    const { kith, mailbox } = instance(confirming)
    const { flow } = await kith.registration.begin(input)
    await kith.settled()
    const { code } = mailbox.last('registration-code').content
    const codes = await Promise.all(
      Array.from({ length: 20 }, () => codeOf(kith.registration.confirm({ flow, code }))),
    )
    expect(codes.filter((each) => each === 'no error')).toHaveLength(1)
  })

  test('the plain registration and the edit of that address are off, and without the option the code is', async () => {
    const { kith, mailbox } = instance(confirming)
    expect(await codeOf(kith.accounts.register(input))).toBe('not-configured')
    const { user, session } = await enter(kith, mailbox, input)
    const viewer = { userId: user.id, sessionId: session.id }
    const edit = { email: 'other@example.com', currentPassword: password }
    expect(await codeOf(kith.accounts.edit(viewer, edit))).toBe('invalid-input')
    expect(await codeOf(instance().kith.registration.begin(input))).toBe('not-configured')
  })

  async function enter(kith: Kith, mailbox: Mailbox, given: typeof input) {
    const { flow } = await kith.registration.begin(given)
    await kith.settled()
    return await kith.registration.confirm({
      flow,
      code: mailbox.last('registration-code', given.email).content.code,
    })
  }
})

describe('a forgotten password', () => {
  test('is set anew by the code or the link, once, and every session ends', async () => {
    for (const by of ['code', 'link'] as const) {
      const { kith, mailbox } = instance()
      const { session } = await kith.accounts.register({ username: 'ada', email, password }, client)
      const { flow } = await kith.recovery.begin({ login: by === 'code' ? 'ada' : email }, client)
      await kith.settled()
      const { content } = mailbox.last('password-reset', email)
      const link = new URL(content.link ?? '')
      expect(link.href).toMatch(/^https:\/\/app\.example\/reset#flow=/)
      const given = new URLSearchParams(link.hash.slice(1))
      expect(given.get('flow')).toBe(flow)
      const code = by === 'code' ? content.code : (given.get('code') ?? '')
      await kith.recovery.reset({ flow, code, password: 'battery staple' }, client)
      expect(await signsIn(kith, 'ada')).toBe(false)
      expect(await signsIn(kith, 'ada', 'battery staple')).toBe(true)
      expect(await kith.sessions.list(await idOf(kith))).not.toMatchObject({ items: [{ id: session.id }] })
      expect(await codeOf(kith.recovery.reset({ flow, code, password: 'third one here' }))).toBe(
        'code-invalid',
      )
      await kith.settled()
      expect(mailbox.messages.map(({ kind }) => kind)).toContain('password-changed')
    }
  })

  test('nobody learns whether there is an account; nobody without one gets a message', async () => {
    const { kith, mailbox } = instance()
    await kith.accounts.register({ username: 'ada', email, password })
    const [known, unknown] = [
      await kith.recovery.begin({ login: 'ada' }, client),
      await kith.recovery.begin({ login: 'nobody' }, client),
    ]
    await kith.settled()
    expect(Object.keys(known)).toEqual(Object.keys(unknown))
    expect(mailbox.messages).toHaveLength(1)
    for (const { flow } of [known, unknown]) {
      const given = { flow, code: '12345x', password: 'battery staple' }
      expect(await codeOf(kith.recovery.reset(given))).toBe('code-invalid')
    }
  })

  test('a password that is refused leaves the code; a code for a former address is none', async () => {
    const { kith, mailbox } = instance()
    await kith.accounts.register({ username: 'adalovelace', email, password })
    const { flow } = await kith.recovery.begin({ login: email })
    await kith.settled()
    const { code } = mailbox.last('password-reset').content
    for (const bad of ['short', 'adalovelace1'])
      expect(await codeOf(kith.recovery.reset({ flow, code, password: bad }))).toBe('invalid-input')
    await kith.accounts.update(await idOf(kith, email), { email: 'other@example.com' })
    expect(await codeOf(kith.recovery.reset({ flow, code, password: 'battery staple' }))).toBe('code-invalid')
    expect(await signsIn(kith, 'adalovelace')).toBe(true)
  })

  test('where the address was not confirmed, nothing of who made the account survives', async () => {
    const { kith, mailbox, options } = instance()
    const { user, session } = await kith.accounts.register({ username: 'eve', email, password })
    const { credentials } = options.storage
    const at = new Date('2026-01-01')
    const passkey = { id: user.id, userId: user.id, kind: 'passkey', subject: 'x', name: null, data: '' }
    await credentials.add({ ...passkey, version: 0, createdAt: at, usedAt: null }, 10)
    const { flow } = await kith.recovery.begin({ login: email })
    await kith.settled()
    const { code } = mailbox.last('password-reset').content
    await kith.recovery.reset({ flow, code, password: 'battery staple' })
    expect(await credentials.byUser(user.id)).toEqual([])
    expect(await kith.accounts.byId(user.id)).toMatchObject({ emailVerified: true })
    expect(await options.storage.sessions.byId(session.id)).toMatchObject({
      revokedAt: expect.any(Date) as Date,
    })
  })

  async function idOf(kith: Kith, login = 'ada'): Promise<string> {
    return (await kith.accounts.find(login))?.id ?? ''
  }
})

test('after a restored backup no code works', async () => {
  const { kith, mailbox } = instance()
  await kith.accounts.register({ username: 'ada', email, password })
  const { flow } = await kith.recovery.begin({ login: 'ada' })
  await kith.settled()
  expect(await kith.restored()).toEqual({ sessions: 1, codes: 1 })
  const { code } = mailbox.last('password-reset').content
  expect(await codeOf(kith.recovery.reset({ flow, code, password: 'battery staple' }))).toBe('code-invalid')
})

describe('signing in by a code', () => {
  test('opens a session, by link and by code, to email and phone', async () => {
    const { kith, mailbox, phones, options } = instance()
    const { user } = await kith.accounts.register({ username: 'ada', email, phone: '+4930123456', password })
    await kith.accounts.verifyEmail(user.id)
    await kith.accounts.verifyPhone(user.id)
    const byMail = await kith.sessions.sendCode({ login: email }, client)
    const byPhone = await kith.sessions.sendCode({ phone: '+4930123456' }, client)
    await kith.settled()
    const code = new URLSearchParams(
      new URL(mailbox.last('sign-in-code').content.link ?? '').hash.slice(1),
    ).get('code')
    const first = await kith.sessions.loginByCode({ flow: byMail.flow, code: code ?? '' }, client)
    const second = await kith.sessions.loginByCode(
      { flow: byPhone.flow, code: phones.last('sign-in-code').content.code, deviceName: 'Phone' },
      client,
    )
    const stored = await Promise.all(
      [first, second].map(({ session }) => options.storage.sessions.byId(session.id)),
    )
    expect(stored.map((each) => each?.methods)).toEqual([['otp'], ['sms']])
    expect(await signsIn(kith, 'ada')).toBe(true)
  })

  test('the first proof of an address ends a password that was set before it', async () => {
    const { kith, mailbox } = instance()
    await kith.accounts.register({ username: 'eve', email, password })
    const { flow } = await kith.sessions.sendCode({ login: email })
    await kith.settled()
    await kith.sessions.loginByCode({ flow, code: mailbox.last('sign-in-code').content.code })
    expect(await signsIn(kith, 'eve')).toBe(false)
  })

  test('a code is for one purpose; a ban holds; off is off', async () => {
    const { kith, mailbox } = instance()
    const { user } = await kith.accounts.register({ username: 'ada', email, password })
    await kith.accounts.verifyEmail(user.id)
    const { flow } = await kith.recovery.begin({ login: 'ada' })
    await kith.settled()
    const { code } = mailbox.last('password-reset').content
    expect(await codeOf(kith.sessions.loginByCode({ flow, code }))).toBe('code-invalid')
    const signIn = await kith.sessions.sendCode({ login: 'ada' })
    await kith.settled()
    await kith.accounts.ban(user.id)
    const given = { flow: signIn.flow, code: mailbox.last('sign-in-code').content.code }
    expect(await codeOf(kith.sessions.loginByCode(given))).toBe('account-banned')
    expect(await codeOf(instance({ sessions: {} }).kith.sessions.sendCode({ login: 'ada' }))).toBe(
      'not-configured',
    )
  })
})

describe('addresses', () => {
  test('one is confirmed by its code; a change is told to both mailboxes and can be taken back', async () => {
    const { kith, mailbox, options, advance } = instance()
    const { user, session } = await kith.accounts.register({ username: 'ada', email, password })
    const viewer = { userId: user.id, sessionId: session.id }
    const verify = await kith.addresses.verify(viewer, { kind: 'email' })
    await kith.settled()
    await kith.addresses.confirm({
      flow: verify.flow,
      code: mailbox.last('address-code', email).content.code,
    })
    expect(await kith.accounts.me(viewer)).toMatchObject({ email, emailVerified: true })

    const next = 'thief@example.com'
    expect(await codeOf(kith.addresses.change(viewer, { email: next, currentPassword: 'not the one' }))).toBe(
      'wrong-password',
    )
    const change = await kith.addresses.change(viewer, { email: next, currentPassword: password })
    expect(await kith.accounts.me(viewer)).toMatchObject({ email })
    await kith.settled()
    advance(1)
    await kith.addresses.confirm({ flow: change.flow, code: mailbox.last('address-code', next).content.code })
    expect(await kith.accounts.me(viewer)).toMatchObject({ email: next, emailVerified: true })
    await kith.settled()
    expect(mailbox.last('address-changed', next).content).toEqual({ from: email, to: next, link: null })
    const { link } = mailbox.last('address-changed', email).content
    const { credentials } = options.storage
    const added = { id: user.id, userId: user.id, kind: 'passkey', subject: 'x', name: null, data: '' }
    await credentials.add(
      { ...added, version: 0, createdAt: new Date('2026-01-01T00:00:01Z'), usedAt: null },
      9,
    )

    advance(71 * 3_600)
    expect(link).toMatch(/^https:\/\/app\.example\/revert#/)
    const given = Object.fromEntries(new URLSearchParams(new URL(link ?? '').hash.slice(1))) as never
    await kith.addresses.revert(given)
    expect(await kith.accounts.byId(user.id)).toMatchObject({ email, emailVerified: true })
    expect(await signsIn(kith, 'ada')).toBe(false)
    expect(await codeOf(kith.accounts.admit(viewer))).toBe('session-revoked')
    expect(await credentials.byUser(user.id)).toEqual([])
    expect(await codeOf(kith.addresses.revert(given))).toBe('code-invalid')
  })

  test('an address of somebody else cannot be confirmed, and nobody learns that it is one', async () => {
    const { kith, mailbox } = instance()
    const other = await kith.accounts.register({ username: 'ben', email: 'ben@example.com', password })
    await kith.accounts.verifyEmail(other.user.id)
    const { user, session } = await kith.accounts.register({ username: 'ada', email, password })
    const viewer = { userId: user.id, sessionId: session.id }
    const input = { email: 'ben@example.com', currentPassword: password }
    const sent = await kith.addresses.change(viewer, input)
    await kith.settled()
    expect(Object.keys(sent)).toEqual(['flow', 'expiresAt'])
    expect(mailbox.messages).toEqual([])
  })

  test('an edit that changes one tells the old mailbox, with a link, and not the new one, which may belong to a stranger', async () => {
    const { kith, mailbox } = instance()
    const { user, session } = await kith.accounts.register({ username: 'ada', email, password })
    const viewer = { userId: user.id, sessionId: session.id }
    await kith.accounts.edit(
      viewer,
      { email: 'thief@example.com', name: 'Ada', currentPassword: password },
      client,
    )
    await kith.settled()
    expect(mailbox.messages.map(({ to, kind }) => [to, kind])).toEqual([[email, 'address-changed']])
    const { link } = mailbox.last('address-changed', email).content
    await kith.addresses.revert(
      Object.fromEntries(new URLSearchParams(new URL(link ?? '').hash.slice(1))) as never,
    )
    expect(await kith.accounts.byId(user.id)).toMatchObject({ email, emailVerified: true, name: 'Ada' })
    expect(await signsIn(kith, 'ada')).toBe(false)
  })

  test('a code for an address that the account has given up meanwhile is none', async () => {
    const { kith, mailbox } = instance()
    const { user, session } = await kith.accounts.register({ username: 'ada', email, password })
    const viewer = { userId: user.id, sessionId: session.id }
    const { flow } = await kith.addresses.verify(viewer, { kind: 'email' })
    await kith.settled()
    await kith.accounts.update(user.id, { email: 'other@example.com' })
    const { code } = mailbox.last('address-code').content
    expect(await codeOf(kith.addresses.confirm({ flow, code }))).toBe('code-invalid')
    expect(await kith.accounts.byId(user.id)).toMatchObject({
      email: 'other@example.com',
      emailVerified: false,
    })
  })
})

describe('limits', () => {
  test('one client asks four times in ten minutes for one recipient, whether there is an account or not', async () => {
    const { kith } = instance()
    await kith.accounts.register({ username: 'ada', email, password })
    for (const login of ['ada', 'nobody']) {
      const codes: string[] = []
      for (let asked = 0; asked < 5; asked++) codes.push(await codeOf(kith.recovery.begin({ login }, client)))
      expect(codes).toEqual(['no error', 'no error', 'no error', 'no error', 'rate-limited'])
    }
  })

  test('however many clients ask, a mailbox is not filled, and no one is told', async () => {
    const { kith, mailbox } = instance()
    await kith.accounts.register({ username: 'ada', email, password })
    for (let asked = 0; asked < 25; asked++)
      await kith.recovery.begin({ login: 'ada' }, { address: `198.51.100.${asked}` })
    await kith.settled()
    expect(mailbox.messages).toHaveLength(20)
  })

  test('codes that are sent again count too, and past the limit the one that was sent last goes on working', async () => {
    const { kith, mailbox } = instance()
    await kith.accounts.register({ username: 'ada', email, password })
    const clientAt = (host: number) => ({ address: `198.51.100.${host}` })
    let flow = ''
    for (let asked = 0; asked < 10; asked++) {
      ;({ flow } = await kith.recovery.begin({ login: 'ada' }, clientAt(asked)))
      await kith.settled()
      const input = { purpose: 'reset-password', flow } as const
      const resends = asked < 9 ? 1 : 3
      for (let again = 0; again < resends; again++) await kith.sessions.resendCode(input, clientAt(asked))
      await kith.settled()
    }
    expect(mailbox.messages).toHaveLength(20)
    const { code } = mailbox.last('password-reset').content
    await kith.recovery.reset({ flow, code, password: 'battery staple' })
  })
})

describe('messages', () => {
  test('what cannot be sent comes again with the same id, also in another process, and is left when it is over', async () => {
    let down = true
    const tried: string[] = []
    const mailbox = createMailbox(({ id }) => {
      tried.push(id)
      if (down) throw new Error('the server is away')
    })
    const made = instance({ mailbox })
    const { kith, advance, logged, options } = made
    await kith.accounts.register({ username: 'ada', email, password })
    await kith.recovery.begin({ login: 'ada' })
    await kith.settled()
    expect(mailbox.messages).toEqual([])
    expect(logged.map(([, { event }]) => event)).toContain('message.not-sent')
    down = false
    advance(2)
    const other = createKith(options)
    expect(await other.upkeep.run()).toMatchObject({ messages: 1 })
    expect(mailbox.messages).toHaveLength(1)
    expect(new Set(tried).size).toBe(1)
    down = true
    await kith.recovery.begin({ login: 'ada' })
    await kith.settled()
    down = false
    advance(600)
    await kith.upkeep.run()
    expect(mailbox.messages).toHaveLength(1)
    expect(await kith.storage.messages.backlog(10)).toMatchObject({ count: 0 })
  })

  test('this process comes back by itself after a second', async () => {
    let fails = 1
    const mailbox = createMailbox(() => {
      if (fails-- > 0) throw new Error('the server is away')
    })
    const { kith } = instance({ mailbox, clock: () => new Date() })
    await kith.accounts.register({ username: 'ada', email, password })
    await kith.recovery.begin({ login: 'ada' })
    await vi.waitFor(() => expect(mailbox.messages).toHaveLength(1), { timeout: 4_000, interval: 50 })
  })

  test('also where the storage was away', async () => {
    const { kith, mailbox, options } = instance({ clock: () => new Date() })
    const { messages } = options.storage
    const { claim } = messages
    await kith.accounts.register({ username: 'ada', email, password })
    await kith.settled()
    messages.claim = () => {
      messages.claim = claim
      return Promise.reject(new Error('the storage is away'))
    }
    await kith.recovery.begin({ login: 'ada' })
    await vi.waitFor(() => expect(mailbox.messages).toHaveLength(1), { timeout: 4_000, interval: 50 })
  })

  test('what a messenger quotes in its errors is not logged', async () => {
    const seen: string[] = []
    const mailbox = createMailbox((message) => {
      seen.push(JSON.stringify(message.content), message.to)
      throw new Error(`550 rejected: ${JSON.stringify(message)}`)
    })
    const { kith, logged } = instance({ mailbox })
    await kith.accounts.register({ username: 'ada', email, password })
    await kith.recovery.begin({ login: 'ada' })
    await kith.settled()
    const [content = ''] = seen
    const { code, link } = JSON.parse(content) as { code: string; link: string }
    const text = JSON.stringify(logged)
    expect(text).toContain('550 rejected')
    for (const secret of [
      email,
      code,
      link,
      new URLSearchParams(new URL(link).hash.slice(1)).get('code') ?? '',
    ])
      expect(text).not.toContain(secret)
  })

  test('one that is refused does not come again', async () => {
    const seen: Message[] = []
    const mailbox = createMailbox((message) => {
      seen.push(message)
      throw new MessageRefused('no such mailbox')
    })
    const { kith, logged } = instance({ mailbox })
    await kith.accounts.register({ username: 'ada', email, password })
    await kith.recovery.begin({ login: 'ada' })
    await kith.settled()
    await kith.upkeep.run()
    expect(seen).toHaveLength(1)
    expect(logged.map(([, { event }]) => event)).toEqual(['message.refused'])
  })

  test('nothing that is stored shows a code, an address of a message, or whether there is one', async () => {
    const storage = createMemoryStorage()
    const rows: string[] = []
    const issue: typeof storage.codes.issue = async (code, outbox) => {
      const written = outbox?.() ?? []
      rows.push(
        JSON.stringify([
          { ...code, subject: '', hashes: [], userId: null },
          written.map(({ payload }) => payload.length),
        ]),
      )
      await storage.codes.issue(code, () => written)
    }
    const mailbox = createMailbox()
    const { kith } = instance({ mailbox, storage: { ...storage, codes: { ...storage.codes, issue } } })
    await kith.accounts.register({ username: 'ada', email, password })
    await kith.recovery.begin({ login: 'ada' })
    await kith.recovery.begin({ login: 'nobody' })
    await kith.settled()
    const { code } = mailbox.last('password-reset').content
    for (const row of rows) {
      expect(row).not.toContain(email)
      expect(row).not.toContain(`"${code}"`)
    }
    expect(new Set(rows.map((row) => row.length)).size).toBe(1)
  })

  test('a secret that is rotated still reads codes and messages of the one before', async () => {
    const old = 'a secret of the tests, of 32 characters or more'
    const mailbox = createMailbox()
    const { kith, options } = instance({ mailbox })
    await kith.accounts.register({ username: 'ada', email, password })
    const { flow } = await kith.recovery.begin({ login: 'ada' })
    await kith.settled()
    const next = createKith({
      ...options,
      secret: { current: 'another secret, also of 32 characters', previous: [old] },
    })
    const { code } = mailbox.last('password-reset').content
    await next.recovery.reset({ flow, code, password: 'battery staple' })
    expect(await signsIn(next, 'ada', 'battery staple')).toBe(true)
  })
})

describe('notices', () => {
  test('of a new device, not of a known one; of a new password; of a token used twice; of a lock-out, once', async () => {
    const { kith, mailbox, advance } = instance()
    const { tokens, user } = await kith.accounts.register({ username: 'ada', email, password }, client)
    await kith.sessions.login({ login: 'ada', password }, { ...client, device: tokens.deviceToken })
    await kith.settled()
    expect(mailbox.messages).toEqual([])
    const firefox = 'Mozilla/5.0 (Windows NT 10.0; rv:140.0) Gecko/20100101 Firefox/140.0'
    const { tokens: stolen } = await kith.sessions.login(
      { login: 'ada', password },
      { ...client, userAgent: firefox },
    )
    await kith.settled()
    expect(mailbox.last('new-device', email)).toMatchObject({
      language: 'de',
      content: { device: 'Firefox on Windows', address: '192.0.2.1', at: '2026-01-01T00:00:00.000Z' },
    })
    await kith.sessions.refresh(stolen.refreshToken)
    advance(60)
    expect(await codeOf(kith.sessions.refresh(stolen.refreshToken))).toBe('refresh-token-reused')
    await kith.accounts.setPassword(user.id, 'battery staple')
    for (let tried = 0; tried < 13; tried++)
      await codeOf(kith.sessions.login({ login: 'ada', password }, client))
    await kith.settled()
    await kith.settled()
    const kinds = mailbox.messages.map(({ kind }) => kind)
    expect(kinds).toEqual(['new-device', 'reuse-detected', 'password-changed', 'locked-out'])
  })
})
