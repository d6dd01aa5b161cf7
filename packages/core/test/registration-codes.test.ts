import type { Kith } from '@kith/core'
import { describe, expect, test } from 'vitest'
import { client, confirming, email, instance, password, signsIn, wrong } from './coded-app.ts'
import { codeOf } from './instance.ts'
import { type Mailbox } from './mailbox.ts'

describe('registration with a code', () => {
  const input = { username: 'ada', email, password, name: 'Ada' }

  // asvs: 6.4.1
  test('the account exists after the code, its email is confirmed, and it is signed in', async () => {
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

  async function enter(kith: Kith, mailbox: Mailbox, given: typeof input) {
    const { flow } = await kith.registration.begin(given)
    await kith.settled()
    return await kith.registration.confirm({
      flow,
      code: mailbox.last('registration-code', given.email).content.code,
    })
  }
})
