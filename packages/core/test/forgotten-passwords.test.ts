import type { Kith } from '@kith/core'
import { describe, expect, test } from 'vitest'
import { client, email, instance, messageLines, password, signsIn } from './coded-app.ts'
import { codeOf, createInstance } from './instance.ts'
import { createMailbox } from './mailbox.ts'

const phone = '+4930123456'

describe('a forgotten password', () => {
  // asvs: 6.4.3, 6.5.1
  test('is reset with the code or the link, once, and every session ends', async () => {
    for (const by of ['code', 'link'] as const) {
      const { kith, mailbox } = instance()
      const { session } = await kith.accounts.register({ username: 'ada', email, password }, client)
      const { flow } = await kith.recovery.begin({ login: by === 'code' ? 'ada' : email }, client)
      await kith.settled()
      const { content, language } = mailbox.last('password-reset', email)
      expect(language).toBe('de')
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

  test('nothing reveals whether an account exists, and unknown logins cause no message', async () => {
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

  test('a rejected password does not use up the code; a code for a former address is invalid', async () => {
    const { kith, mailbox } = instance()
    await kith.accounts.register({ username: 'adalovelace', email, password })
    const { flow } = await kith.recovery.begin({ login: email })
    await kith.settled()
    const { code } = mailbox.last('password-reset').content
    for (const bad of ['short', 'adalovelace1'])
      await expect(kith.recovery.reset({ flow, code, password: bad })).rejects.toMatchObject({
        code: 'invalid-input',
        errors: [{ path: 'password' }],
      })
    await kith.accounts.update(await idOf(kith, email), { email: 'other@example.com' })
    expect(await codeOf(kith.recovery.reset({ flow, code, password: 'battery staple' }))).toBe('code-invalid')
    expect(await signsIn(kith, 'adalovelace')).toBe(true)
  })

  test('is set anew by text message where the app sends no mail, also for a username', async () => {
    const phones = createMailbox()
    const { kith } = instance({ messages: { sms: phones } })
    const { user } = await kith.accounts.register({ username: 'ada', email, phone, password })
    await kith.accounts.verifyEmail(user.id)
    await kith.accounts.verifyPhone(user.id)
    for (const lookup of [{ login: 'ada' }, { phone }]) {
      const { flow } = await kith.recovery.begin(lookup)
      await kith.settled()
      const { code } = phones.last('password-reset', phone).content
      await kith.recovery.reset({ flow, code, password: 'battery staple' })
    }
    expect(await signsIn(kith, 'ada', 'battery staple')).toBe(true)
  })

  test('sends nothing for a username alone, nor to a phone number that nobody has confirmed', async () => {
    const { kith, mailbox, phones, logged } = instance()
    await kith.accounts.register({ username: 'ada', password })
    await kith.accounts.register({ username: 'ben', phone, password })
    for (const login of ['ada', 'ben']) await kith.recovery.begin({ login })
    await kith.settled()
    expect([...mailbox.messages, ...phones.messages, ...messageLines({ logged })]).toEqual([])
  })

  test('is asked for by one of the two, in an app that sends messages', async () => {
    const { kith } = instance()
    for (const lookup of [{}, { login: 'ada', phone }])
      await expect(kith.recovery.begin(lookup)).rejects.toMatchObject({
        code: 'invalid-input',
        errors: [{ path: 'login' }],
      })
    expect(await codeOf(createInstance().kith.recovery.begin({ login: 'ada' }))).toBe('not-configured')
  })

  test('if the address was not confirmed, nothing of the person who created the account survives', async () => {
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

test('no code works after a backup is restored', async () => {
  const { kith, mailbox } = instance()
  await kith.accounts.register({ username: 'ada', email, password })
  const { flow } = await kith.recovery.begin({ login: 'ada' })
  await kith.settled()
  expect(await kith.restored()).toEqual({ sessions: 1, codes: 1 })
  const { code } = mailbox.last('password-reset').content
  expect(await codeOf(kith.recovery.reset({ flow, code, password: 'battery staple' }))).toBe('code-invalid')
})
