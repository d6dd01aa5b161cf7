import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { describe, expect, test } from 'vitest'
import { client, email, instance, password, signsIn } from './coded-app.ts'
import { codeOf } from './instance.ts'

describe('signing in with a code', () => {
  test('opens a session, with the link or the code, by email and phone', async () => {
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

  test('a code has one purpose, a ban applies, and the option can be off', async () => {
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

  test('the code of an unknown account looks like any other, and turning the option off invalidates sent codes', async () => {
    const { kith, mailbox, options } = instance()
    const { user } = await kith.accounts.register({ username: 'ada', email, password })
    await kith.accounts.verifyEmail(user.id)
    const known = await kith.sessions.sendCode({ login: 'ada' }, client)
    const unknown = await kith.sessions.sendCode({ login: 'nobody' }, client)
    expect(Object.keys(unknown)).toEqual(Object.keys(known))
    await kith.settled()
    expect(mailbox.messages).toHaveLength(1)
    const { code } = mailbox.last('sign-in-code').content
    expect(await codeOf(kith.sessions.loginByCode({ flow: unknown.flow, code }))).toBe('code-invalid')
    const off = createKith({ ...options, sessions: {} })
    expect(await codeOf(off.sessions.loginByCode({ flow: known.flow, code }))).toBe('not-configured')
  })

  test('a policy runs as for any sign-in, but not for a banned account', async () => {
    const asked: unknown[] = []
    const policies = { 'session.open': (call: unknown) => void asked.push(call) }
    const { kith, mailbox } = instance({ policies })
    const { user } = await kith.accounts.register({ username: 'ada', email, password })
    await kith.accounts.verifyEmail(user.id)
    const given = async () => {
      const { flow } = await kith.sessions.sendCode({ login: 'ada' })
      await kith.settled()
      return { flow, code: mailbox.last('sign-in-code').content.code }
    }
    await kith.sessions.loginByCode(await given(), client)
    expect(asked.splice(0)).toEqual([{ input: { userId: user.id }, viewer: null, client }])
    const late = await given()
    await kith.accounts.ban(user.id)
    expect(await codeOf(kith.sessions.loginByCode(late, client))).toBe('account-banned')
    expect(asked).toEqual([])
  })

  test('the owner is notified of a new device', async () => {
    const { kith, mailbox } = instance()
    const { user } = await kith.accounts.register({ username: 'ada', email, password })
    await kith.accounts.verifyEmail(user.id)
    const { flow } = await kith.sessions.sendCode({ login: 'ada' })
    await kith.settled()
    await kith.sessions.loginByCode({ flow, code: mailbox.last('sign-in-code').content.code }, client)
    await kith.settled()
    expect(mailbox.messages.map(({ kind }) => kind)).toEqual(['sign-in-code', 'new-device'])
  })

  test('an address that changes before the code is used, or before the session opens, signs nobody in', async () => {
    for (const isLate of [false, true]) {
      const storage = createMemoryStorage()
      let act = async () => {}
      const open: typeof storage.sessions.open = async (...args) => {
        await act()
        return await storage.sessions.open(...args)
      }
      const sessions = { ...storage.sessions, open }
      const { kith, mailbox } = instance({ storage: { ...storage, sessions } })
      const { user } = await kith.accounts.register({ username: 'ada', email, password })
      await kith.accounts.verifyEmail(user.id)
      const { flow } = await kith.sessions.sendCode({ login: 'ada' })
      await kith.settled()
      const change = async () => {
        act = async () => {}
        await kith.accounts.update(user.id, { email: 'ada@example.org' })
      }
      if (isLate) act = change
      else await change()
      const { code } = mailbox.last('sign-in-code', email).content
      expect(await codeOf(kith.sessions.loginByCode({ flow, code }))).toBe(
        isLate ? 'invalid-credentials' : 'code-invalid',
      )
    }
  })
})
