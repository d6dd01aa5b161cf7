import { describe, expect, test } from 'vitest'
import { client, email, instance, password, signsIn } from './coded-app.ts'
import { codeOf } from './instance.ts'

describe('signing in by a code', () => {
  test('opens a session, by link and by code, to e-mail and phone', async () => {
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
