import type { Kith } from '@kith/core'
import { describe, expect, test } from 'vitest'
import { client, confirming, email, instance, password, signsIn, wrong } from './coded-app.ts'
import { codeOf } from './instance.ts'
import { type Mailbox } from './mailbox.ts'

describe('registration with a code', () => {
  const input = { username: 'ada', email, password, name: 'Ada' }

  // asvs: 6.4.1
  test('the account exists after the code, its email is confirmed, and it is signed in', async () => {
    const { kith, mailbox, options } = instance(confirming)
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
    const session = await options.storage.sessions.byId(signIn.session.id)
    expect(session?.methods).toEqual(['pwd', 'otp'])
    expect(await signsIn(kith, email)).toBe(true)
    expect(await codeOf(kith.registration.confirm({ flow, code }, client))).toBe('code-invalid')
  })

  test('by text message', async () => {
    const accounts = { identifiers: { phone: 'required' }, confirm: 'phone' } as const
    const { kith, phones, options } = instance({ accounts })
    const typed = { username: 'ada', phone: '+49 30 123456', password, deviceName: 'Phone of Ada' }
    const { flow } = await kith.registration.begin(typed)
    await kith.settled()
    const { content, channel } = phones.last('registration-code', '+4930123456')
    expect(channel).toBe('sms')
    const { user, session } = await kith.registration.confirm({ flow, code: content.code })
    expect(user).toMatchObject({ phone: '+4930123456', phoneVerified: true })
    expect(await options.storage.sessions.byId(session.id)).toMatchObject({
      methods: ['pwd', 'sms'],
      deviceName: 'Phone of Ada',
    })
  })

  test('for a known email only the message says so; the result is the same, and no code works', async () => {
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

  test('a username that is taken is named if the app wants that', async () => {
    const { kith } = instance({ accounts: { ...confirming.accounts, revealTaken: true } })
    await kith.accounts.import({ username: 'ada', email: 'a@example.com', passwordHash: null })
    await expect(kith.registration.begin(input)).rejects.toMatchObject({
      code: 'identifier-taken',
      errors: [{ path: 'username', code: 'taken' }],
    })
  })

  test('the age that was declared is of the time when the account begins', async () => {
    const { kith, mailbox, advance } = instance({ accounts: { ...confirming.accounts, age: 'optional' } })
    const age = { from: 18, to: null, source: 'declared' }
    const { flow } = await kith.registration.begin({ ...input, age })
    await kith.settled()
    advance(60)
    const { user } = await kith.registration.confirm({
      flow,
      code: mailbox.last('registration-code').content.code,
    })
    expect((await kith.accounts.byId(user.id))?.age).toEqual({ ...age, at: '2026-01-01T00:01:00.000Z' })
  })

  test('accounts need no usernames', async () => {
    const accounts = { identifiers: { username: 'off', email: 'required' }, confirm: 'email' } as const
    const { kith, mailbox } = instance({ accounts })
    for (const each of [email, 'ben@example.com']) {
      const { user } = await enter(kith, mailbox, { email: each, password })
      expect(user).toMatchObject({ username: null, email: each })
    }
  })

  // asvs: 6.6.2
  test("a code works only in its own flow, so entering a foreign code does not create a stranger's account", async () => {
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
    // Even with the right code: the email is taken by now.
    expect(await codeOf(kith.registration.confirm({ flow: squatter.flow, code: theirs }))).toBe(
      'identifier-taken',
    )
    expect(await kith.accounts.find('eve')).toBeNull()
  })

  // asvs: 6.6.3
  test('five wrong codes use up a flow, and requesting another code adds no tries', async () => {
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

  test('a resent code replaces the one before; an unknown flow gives the same result', async () => {
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

  // asvs: 6.4.1, 6.5.5
  test('a code expires after ten minutes', async () => {
    const { kith, mailbox, advance } = instance(confirming)
    const { flow } = await kith.registration.begin(input)
    await kith.settled()
    const { code } = mailbox.last('registration-code').content
    advance(600)
    expect(await codeOf(kith.registration.confirm({ flow, code }))).toBe('code-invalid')
    expect(await kith.upkeep.run()).toMatchObject({ codes: 1, failed: [] })
  })

  test('an unconfirmed email of another account neither blocks a registration nor signs in', async () => {
    const { kith, mailbox } = instance(confirming)
    const squatter = await kith.accounts.import({ username: 'eve', email, passwordHash: null })
    await kith.accounts.setPassword(squatter.id, password)
    expect(await signsIn(kith, 'eve')).toBe(true)
    expect(await signsIn(kith, email)).toBe(false)
    await enter(kith, mailbox, input)
    expect(await kith.accounts.find(email)).toMatchObject({ username: 'ada' })
    expect(await kith.accounts.byId(squatter.id)).toMatchObject({ email: null })
  })

  test('a registration that is refused for another reason takes the address from nobody', async () => {
    const { kith, mailbox } = instance({ accounts: { ...confirming.accounts, signUp: 'invite' } })
    const squatter = await kith.accounts.import({ username: 'eve', email, passwordHash: null })
    const { id, code: invitation } = await kith.invitations.createFor(squatter.id)
    const { flow } = await kith.registration.begin({ ...input, invitation })
    await kith.settled()
    await kith.invitations.revokeOf(squatter.id, id)
    const { code } = mailbox.last('registration-code').content
    expect(await codeOf(kith.registration.confirm({ flow, code }))).toBe('invitation-invalid')
    expect(await kith.accounts.byId(squatter.id)).toMatchObject({ email })
  })

  // asvs: 6.4.1, 6.5.1
  test('20 concurrent calls with one code create one account', async () => {
    const { kith, mailbox } = instance(confirming)
    const { flow } = await kith.registration.begin(input)
    await kith.settled()
    const { code } = mailbox.last('registration-code').content
    const codes = await Promise.all(
      Array.from({ length: 20 }, () => codeOf(kith.registration.confirm({ flow, code }))),
    )
    expect(codes.filter((each) => each === 'no error')).toHaveLength(1)
  })

  test('plain registration and editing the email are off, and without the option so is the code', async () => {
    const { kith, mailbox } = instance(confirming)
    expect(await codeOf(kith.accounts.register(input))).toBe('not-configured')
    const { user, session } = await enter(kith, mailbox, input)
    const viewer = { userId: user.id, sessionId: session.id }
    const edit = { email: 'other@example.com', currentPassword: password }
    expect(await codeOf(kith.accounts.edit(viewer, edit))).toBe('invalid-input')
    expect(await codeOf(instance().kith.registration.begin(input))).toBe('not-configured')
  })

  async function enter(kith: Kith, mailbox: Mailbox, given: { email: string; password: string }) {
    const { flow } = await kith.registration.begin(given)
    await kith.settled()
    return await kith.registration.confirm({
      flow,
      code: mailbox.last('registration-code', given.email).content.code,
    })
  }
})
