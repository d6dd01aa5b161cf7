import { setTimeout as wait } from 'node:timers/promises'
import { createKith, type UpdateAccountInput, type UpdateAccountOptions } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import type { CodeStore } from '@kith/core/ports'
import { describe, expect, test } from 'vitest'
import { client, email, instance, messageLines, password } from './coded-app.ts'
import { codeOf } from './instance.ts'
import { createMailbox } from './mailbox.ts'

describe('notices', () => {
  test('are sent for a new device but not for a known one, for a new password, for a reused token, and once for a lockout', async () => {
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

  test('about an address that the host changed go to the former one, without a link, and can be turned off', async () => {
    const { kith, mailbox, phones } = instance()
    const phone = '+4930123456'
    const { user, session } = await kith.accounts.register(
      { username: 'ada', email, phone, password },
      client,
    )
    const told = (): unknown[] =>
      [...mailbox.messages.splice(0), ...phones.messages.splice(0)].map(({ kind, to, content }) => [
        kind,
        to,
        content,
      ])
    const update = async (
      ...[input, options]: [UpdateAccountInput, UpdateAccountOptions?]
    ): Promise<unknown[]> => {
      await kith.accounts.update(user.id, input, options)
      await kith.settled()
      return told()
    }
    const [second, third] = ['ada@example.org', 'ada@example.net']
    const from = { from: email, to: second, link: null }
    expect(await update({ email: second })).toEqual([['address-changed', email, from]])
    expect(await update({ email: second, name: 'Ada' })).toEqual([])
    expect(await update({ email: third }, { notify: false })).toEqual([])
    expect(await update({ phone: null })).toEqual([
      ['address-changed', phone, { from: phone, to: null, link: null }],
    ])
    expect(await update({ phone })).toEqual([
      ['address-changed', third, { from: null, to: phone, link: null }],
    ])
    // The owner's own change comes with a link, even after a change by the host.
    await kith.accounts.edit(
      { userId: user.id, sessionId: session.id },
      { email, currentPassword: password },
      client,
    )
    await kith.settled()
    expect(told()).toEqual([
      [
        'address-changed',
        third,
        { from: third, to: email, link: expect.stringContaining('/revert') as string },
      ],
    ])
  })

  test('of a first address of its kind go to the other one if it is the owner’s for sure, and else to nobody', async () => {
    const { kith, mailbox, phones, logged } = instance()
    const phone = '+4930123456'
    const told = (): unknown[] =>
      [...mailbox.messages.splice(0), ...phones.messages.splice(0)].map(({ channel, to, content }) => [
        channel,
        to,
        content,
      ])
    const update = async (input: UpdateAccountInput): Promise<unknown[]> => {
      await kith.accounts.update(user.id, input)
      await kith.settled()
      return told()
    }
    const { user } = await kith.accounts.register({ username: 'ada', password })
    const added = { from: null, to: email, link: null }
    expect(await update({ email: null, phone: null })).toEqual([])
    expect(await update({ phone })).toEqual([])
    expect(await update({ email })).toEqual([])
    await update({ phone: null })
    expect(await update({ phone: null })).toEqual([])
    await update({ email: null, phone })
    await kith.accounts.verifyPhone(user.id)
    expect(await update({ email })).toEqual([['sms', phone, added]])
    expect(await update({ email: null })).toEqual([['email', email, { from: email, to: null, link: null }]])
    expect(messageLines({ logged })).toEqual([])
  })

  test('of an address arrive for three days if the messenger is away at first', async () => {
    let isAway = false
    const mailbox = createMailbox(() => {
      if (isAway) throw new Error('away')
    })
    const { kith, advance } = instance({ mailbox })
    const { user } = await kith.accounts.register({ username: 'ada', email, password })
    isAway = true
    await kith.accounts.update(user.id, { phone: '+4930123456' })
    await kith.accounts.update(user.id, { email: 'ada@example.org' })
    await kith.settled()
    isAway = false
    advance(71 * 3_600)
    await kith.upkeep.run()
    const sent = mailbox.messages.map(({ to, content }) => [to, content])
    expect(sent).toHaveLength(2)
    expect(sent).toEqual(
      expect.arrayContaining([
        [email, { from: null, to: '+4930123456', link: null }],
        [email, { from: email, to: 'ada@example.org', link: null }],
      ]),
    )
  })

  test('about changes by the owner are in the language of the client, and others in none', async () => {
    const { kith, mailbox } = instance()
    const { user, session } = await kith.accounts.register({ username: 'ada', email, password }, client)
    const viewer = { userId: user.id, sessionId: session.id }
    const sent = async (change: Promise<unknown>): Promise<unknown[]> => {
      await change
      await kith.settled()
      return mailbox.messages.splice(0).map(({ kind, to, language }) => [kind, to, language])
    }
    const next = 'battery staple'
    const change = { currentPassword: password, newPassword: next }
    expect(await sent(kith.accounts.changePassword(viewer, change, client))).toEqual([
      ['password-changed', email, 'de'],
    ])
    const edit = { email: 'ada@example.org', currentPassword: next }
    expect(await sent(kith.accounts.edit(kith.viewerOf(user.id), edit, client))).toEqual([
      ['address-changed', email, 'de'],
    ])
    expect(await sent(kith.accounts.update(user.id, { email }))).toEqual([
      ['address-changed', 'ada@example.org', null],
    ])
    expect(await sent(kith.accounts.setPassword(user.id, password))).toEqual([
      ['password-changed', email, null],
    ])
    expect(await sent(kith.accounts.clearPassword(user.id))).toEqual([['password-changed', email, null]])
  })

  test('about a lockout that several processes detect at the same time are sent once a day', async () => {
    const memory = createMemoryStorage()
    // Both look before either has written.
    const find: CodeStore['find'] = async (name) => {
      const found = await memory.codes.find(name)
      await wait(20)
      return found
    }
    const storage = { ...memory, codes: { ...memory.codes, find } }
    const { kith, options, mailbox, advance } = instance({ storage, audit: { keepFor: '30d' } })
    const { user } = await kith.accounts.register({ username: 'ada', email, password }, client)
    // Two processes over one storage, each with its own counters.
    const both = [kith, createKith(options)]
    const raised: unknown[] = []
    for (const each of both) each.events.on('account.locked-out', (event) => void raised.push(event))
    async function lockOut(): Promise<void> {
      const guess = { login: 'ada', password: 'wrong' }
      const tries = Array.from({ length: 20 }, () =>
        both.map((each) => codeOf(each.sessions.login(guess, client))),
      )
      const codes = await Promise.all(tries.flat())
      expect(codes.filter((code) => code === 'account-locked').length).toBeGreaterThan(10)
      for (let time = 0; time < 2; time++) for (const each of both) await each.settled()
    }
    for (const times of [1, 2]) {
      await lockOut()
      await lockOut()
      const { items } = await kith.audit.list(user.id)
      expect(items.filter(({ action }) => action === 'account.locked-out')).toHaveLength(times)
      expect(mailbox.messages.map(({ kind }) => kind)).toEqual(Array<string>(times).fill('locked-out'))
      expect(raised).toHaveLength(times)
      advance(86_400)
    }
  })
})
