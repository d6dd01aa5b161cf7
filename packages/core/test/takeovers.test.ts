import { createKith, type Kith, type KithOptions, type SignIn, type Viewer } from '@kith/core'
import { describe, expect, test } from 'vitest'
import { codeOf, createInstance, type Instance } from './instance.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'

const password = 'correct horse'
const email = 'ada@example.com'
const client = { address: '192.0.2.1' }
const phone = '+4930123456'
const links = { revertAddress: 'https://app.example/revert' }

interface Victim extends Instance {
  mailbox: Mailbox
  phones: Mailbox
  /** A session of the account, which a thief shares. */
  viewer: Viewer
  /** Requests a change to another email, like a thief who knows the password. */
  asks(address: string): Promise<{ flow: string; code: string }>
  /** The link in a mailbox that takes a change back. */
  revertLink(to: string): { flow: string; code: string }
}

/** An account with a confirmed email, and a thief who has its session and password. */
async function victim(options: Partial<KithOptions> = {}): Promise<Victim> {
  const [mailbox, phones] = [createMailbox(), createMailbox()]
  const made = createInstance({ messages: { email: mailbox, sms: phones, links }, ...options })
  const { kith } = made
  const { user, session } = await kith.accounts.register({ username: 'ada', email, password }, client)
  await kith.accounts.verifyEmail(user.id)
  const viewer = { userId: user.id, sessionId: session.id }
  made.advance(60)
  return {
    ...made,
    mailbox,
    phones,
    viewer,
    async asks(address) {
      const { flow } = await kith.addresses.change(viewer, { email: address, currentPassword: password })
      await kith.settled()
      return { flow, code: mailbox.last('address-code', address).content.code }
    },
    revertLink: (to) => linkIn(mailbox, to),
  }
}

function linkIn(box: Mailbox, to: string): { flow: string; code: string } {
  const { link } = box.last('address-changed', to).content
  return Object.fromEntries(new URLSearchParams(new URL(link ?? '').hash.slice(1))) as never
}

const emailOf = async (kith: Kith, { userId }: Viewer): Promise<string | null> =>
  (await kith.accounts.byId(userId))?.email ?? null

describe('a change of email that a thief has started', () => {
  const endings: Record<string, (kith: Kith, viewer: Viewer) => Promise<unknown>> = {
    'a new password': (kith, { userId }) => kith.accounts.setPassword(userId, 'battery staple'),
    'the end of all sessions': (kith, { userId }) => kith.sessions.endAll(userId),
    'a ban': (kith, { userId }) => kith.accounts.ban(userId),
  }
  for (const [ending, end] of Object.entries(endings))
    test(`ends after ${ending}`, async () => {
      const { kith, viewer, asks } = await victim()
      const begun = await asks('thief@example.com')
      await end(kith, viewer)
      expect(await codeOf(kith.addresses.confirm(begun))).toBe('code-invalid')
      expect(await emailOf(kith, viewer)).toBe(email)
    })

  test('ends after another change was taken back', async () => {
    const { kith, viewer, asks, revertLink } = await victim()
    const [first, second] = [await asks('thief@example.com'), await asks('another@example.com')]
    await kith.addresses.confirm(first)
    await kith.settled()
    await kith.addresses.revert(revertLink(email))
    expect(await codeOf(kith.addresses.confirm(second))).toBe('code-invalid')
    expect(await emailOf(kith, viewer)).toBe(email)
  })
})

describe('the link that takes a change back', () => {
  test('also takes back later changes, for which no mailbox got a link', async () => {
    const { kith, mailbox, viewer, asks, revertLink, advance } = await victim()
    const thieves = ['thief@example.com', 'another@example.com', 'third@example.com']
    for (const address of thieves) {
      await kith.addresses.confirm(await asks(address))
      await kith.settled()
      advance(60)
    }
    const links = [email, ...thieves].map((to) => mailbox.last('address-changed', to).content.link)
    expect(links).toEqual([expect.any(String), null, null, null])
    await kith.accounts.update(viewer.userId, { email: null })
    await kith.addresses.revert(revertLink(email))
    expect(await emailOf(kith, viewer)).toBe(email)
  })

  test('is sent even if the email was only removed, and takes back what was added afterwards', async () => {
    const { kith, mailbox, viewer, revertLink } = await victim()
    const { signIn } = await kith.accounts.edit(viewer, { email: null, currentPassword: password })
    const next = { userId: viewer.userId, sessionId: signIn?.session.id ?? null }
    await kith.accounts.edit(next, { email: 'thief@example.com', currentPassword: password })
    await kith.settled()
    const told = mailbox.messages.filter(({ kind }) => kind === 'address-changed')
    expect(told).toMatchObject([{ to: email, content: { from: email, to: null } }])
    await kith.addresses.revert(revertLink(email))
    expect(await emailOf(kith, viewer)).toBe(email)
  })

  test('is sent again with the first change after it was used or has expired', async () => {
    const { kith, viewer, asks, revertLink, advance } = await victim()
    await kith.addresses.confirm(await asks('thief@example.com'))
    await kith.settled()
    const used = revertLink(email)
    await kith.addresses.revert(used)
    await kith.accounts.setPassword(viewer.userId, password)
    const { session } = await kith.sessions.login({ login: 'ada', password }, client)
    Object.assign(viewer, { sessionId: session.id })
    for (const address of ['thief@example.com', 'another@example.com']) {
      await kith.addresses.confirm(await asks(address))
      await kith.settled()
      advance(73 * 3_600)
    }
    expect(revertLink(email).flow).not.toBe(used.flow)
    expect(revertLink('thief@example.com').flow).toMatch(/^[0-9a-f-]{36}$/)
  })

  test('is not used up if a step fails', async () => {
    const { kith, viewer, asks, revertLink, options } = await victim()
    await kith.addresses.confirm(await asks('thief@example.com'))
    await kith.settled()
    const link = revertLink(email)
    const { users } = options.storage
    const { update, replacePassword } = users
    for (const failing of ['update', 'replacePassword'] as const) {
      Object.assign(users, { [failing]: () => Promise.reject(new Error('the storage is away')) })
      await expect(kith.addresses.revert(link)).rejects.toThrow()
      Object.assign(users, { update, replacePassword })
    }
    await kith.addresses.revert(link)
    expect(await emailOf(kith, viewer)).toBe(email)
    expect(await codeOf(kith.sessions.login({ login: 'ada', password }, client))).toBe('invalid-credentials')
    expect(await codeOf(kith.addresses.revert(link))).toBe('code-invalid')
  })

  test('works once for 20 concurrent calls', async () => {
    const { kith, asks, revertLink } = await victim()
    await kith.addresses.confirm(await asks('thief@example.com'))
    await kith.settled()
    const link = revertLink(email)
    const codes = await Promise.all(Array.from({ length: 20 }, () => codeOf(kith.addresses.revert(link))))
    expect(codes.filter((code) => code === 'no error')).toHaveLength(1)
    expect(new Set(codes)).toEqual(new Set(['no error', 'code-invalid']))
  })

  test.each([0, 60])('also removes a phone number that was added %d seconds later', async (seconds) => {
    const { kith, viewer, asks, revertLink, phones, advance } = await victim()
    await kith.addresses.confirm(await asks('thief@example.com'))
    await kith.settled()
    advance(seconds)
    const { flow } = await kith.addresses.change(viewer, { phone, currentPassword: password })
    await kith.settled()
    await kith.addresses.confirm({ flow, code: phones.last('address-code', phone).content.code })
    await kith.addresses.revert(revertLink(email))
    expect(await kith.accounts.byId(viewer.userId)).toMatchObject({
      email,
      phone: null,
      phoneVerified: false,
    })
  })

  test('leaves a phone number and a passkey from before the change', async () => {
    const { kith, viewer, asks, revertLink, options, advance } = await victim()
    await kith.accounts.update(viewer.userId, { phone })
    await kith.accounts.verifyPhone(viewer.userId)
    const { credentials } = options.storage
    const createdAt = new Date('2026-01-01T00:00:59.999Z')
    const passkey = { id: 'passkey', userId: viewer.userId, kind: 'passkey', subject: 'x', name: null }
    await credentials.add({ ...passkey, data: '', version: 0, createdAt, usedAt: null }, 9)
    advance(1)
    await kith.addresses.confirm(await asks('thief@example.com'))
    await kith.settled()
    await kith.addresses.revert(revertLink(email))
    expect(await kith.accounts.byId(viewer.userId)).toMatchObject({ email, phone, phoneVerified: true })
    expect(await credentials.byUser(viewer.userId)).toMatchObject([passkey])
  })

  test('of a phone number takes away an email address that was confirmed since, even if nothing else signs in', async () => {
    const [mailbox, phones] = [createMailbox(), createMailbox()]
    const { kith } = createInstance({
      messages: { email: mailbox, sms: phones, links },
      accounts: { identifiers: { username: 'optional', email: 'optional' } },
    })
    const { user, session } = await kith.accounts.register({ email, phone, password }, client)
    const viewer = { userId: user.id, sessionId: session.id }
    await kith.accounts.verifyPhone(user.id)
    const [thief, thiefsPhone] = ['thief@example.com', '+4930654321']
    for (const [address, box] of [
      [{ phone: thiefsPhone }, phones],
      [{ email: thief }, mailbox],
    ] as const) {
      const { flow } = await kith.addresses.change(viewer, { ...address, currentPassword: password })
      await kith.settled()
      await kith.addresses.confirm({ flow, code: box.last('address-code').content.code })
    }
    await kith.settled()
    // Each kind of address has a link of its own.
    expect(mailbox.last('address-changed', email).content.link).toEqual(expect.any(String))
    await kith.addresses.revert(linkIn(phones, phone))
    expect(await kith.accounts.byId(user.id)).toMatchObject({ email: null, phone, phoneVerified: true })
  })

  test('confirms an address that the host has restored before, without taking it away first', async () => {
    const { kith, viewer, asks, revertLink } = await victim()
    await kith.addresses.confirm(await asks('thief@example.com'))
    await kith.settled()
    await kith.accounts.update(viewer.userId, { email })
    const edits: unknown[] = []
    kith.events.on('account.edited', ({ fields }) => void edits.push(fields))
    await kith.addresses.revert(revertLink(email))
    expect(edits).toEqual([['email']])
    expect(await kith.accounts.byId(viewer.userId)).toMatchObject({ email, emailVerified: true })
  })

  test('takes nothing back once the address is confirmed in another account, or the account is gone', async () => {
    const { kith, viewer, asks, revertLink, options } = await victim()
    await kith.addresses.confirm(await asks('thief@example.com'))
    await kith.settled()
    const link = revertLink(email)
    const other = { username: 'ben', email, emailVerified: true, passwordHash: null }
    const { id } = await kith.accounts.import(other)
    expect(await codeOf(kith.addresses.revert(link))).toBe('identifier-taken')
    expect(await kith.accounts.byId(id)).toMatchObject({ email })
    await options.storage.users.markDeleted(viewer.userId, new Date(), null)
    expect(await codeOf(kith.addresses.revert(link))).toBe('code-invalid')
  })

  test('ends the sessions of a thief even if the call stops before it has ended each, and not the next one of the owner', async () => {
    const { kith, viewer, asks, revertLink, options } = await victim()
    await kith.addresses.confirm(await asks('thief@example.com'))
    await kith.settled()
    const { sessions } = options.storage
    const { revokeAll } = sessions
    sessions.revokeAll = () => Promise.reject(new Error('the storage is away'))
    await expect(kith.addresses.revert(revertLink(email))).rejects.toThrow()
    sessions.revokeAll = revokeAll
    // Another process, which nobody has told.
    expect(await codeOf(createKith(options).accounts.admit(viewer))).toBe('session-revoked')
    await kith.addresses.revert(revertLink(email))
    const { tokens } = await kith.sessions.open(viewer.userId)
    expect(await codeOf(kith.sessions.authenticate(tokens.accessToken))).toBe('no error')
  })

  test('can be opened later if the address changes again and again at that moment', async () => {
    const { kith, viewer, asks, revertLink, options } = await victim()
    await kith.addresses.confirm(await asks('thief@example.com'))
    await kith.settled()
    const { users } = options.storage
    const { byId } = users
    let reads = 0
    users.byId = async (id) => {
      const user = await byId(id)
      if (++reads <= 20) await users.update(id, { email: `thief${reads}@example.com` })
      return user
    }
    expect(await codeOf(kith.addresses.revert(revertLink(email)))).toBe('busy')
    Object.assign(users, { byId })
    await kith.addresses.revert(revertLink(email))
    expect(await emailOf(kith, viewer)).toBe(email)
  })
})

test("the owner's mailbox is notified of a phone number that a thief adds", async () => {
  const { kith, mailbox, phones, viewer } = await victim()
  const { flow } = await kith.addresses.change(viewer, { phone, currentPassword: password })
  await kith.settled()
  expect(mailbox.messages).toEqual([])
  await kith.addresses.confirm({ flow, code: phones.last('address-code', phone).content.code })
  await kith.settled()
  expect(mailbox.messages).toMatchObject([
    { kind: 'address-changed', to: email, content: { from: null, to: phone, link: null } },
  ])
})

describe('an unproved address', () => {
  test('cannot reset an account with another address that is proved', async () => {
    const { kith, mailbox, phones, viewer } = await victim()
    await kith.accounts.update(viewer.userId, { phone })
    await kith.recovery.begin({ phone })
    await kith.recovery.begin({ login: 'ada' })
    await kith.settled()
    expect(phones.messages).toEqual([])
    expect(mailbox.last('password-reset').to).toBe(email)
    await kith.accounts.verifyPhone(viewer.userId)
    await kith.accounts.update(viewer.userId, { email: 'mistyped@example.com' })
    await kith.recovery.begin({ login: 'mistyped@example.com' })
    await kith.recovery.begin({ login: 'ada' })
    await kith.settled()
    expect(mailbox.messages.filter(({ kind }) => kind === 'password-reset')).toHaveLength(1)
    expect(phones.messages.map(({ kind, to }) => [kind, to])).toEqual([['password-reset', phone]])
  })
})

describe('a client', () => {
  test('can send four messages to a recipient in ten minutes, whatever login it types and however often it asks for a resend', async () => {
    const { kith, mailbox } = await victim()
    for (let asked = 0; asked < 4; asked++)
      for (const login of ['ada', email]) {
        const { flow } = await kith.recovery.begin({ login }, client)
        for (let again = 0; again < 3; again++)
          await codeOf(kith.sessions.resendCode({ purpose: 'reset-password', flow }, client))
      }
    await kith.settled()
    expect(mailbox.messages).toHaveLength(4)
    const other = await kith.recovery.begin({ login: 'ada' }, { address: '198.51.100.1' })
    await kith.settled()
    expect(mailbox.messages).toHaveLength(5)
    const { code } = mailbox.last('password-reset').content
    await kith.recovery.reset({ flow: other.flow, code, password: 'battery staple' })
  })
})

describe('an owner who proves an address', () => {
  test('keeps no factor that was added while the password was being removed', async () => {
    const { kith, mailbox, options } = await squatted({ audit: { keepFor: '30d' } })
    const { users, credentials } = options.storage
    const { replacePassword } = users
    const { removeOf } = credentials
    const { id } = (await kith.accounts.find('eve')) ?? { id: '' }
    const kind = 'totp'
    const opened: SignIn[] = []
    // A squatter whose call started before their sessions ended, and who signs in with the added factor.
    users.replacePassword = async (...given) => {
      users.replacePassword = replacePassword
      const at = new Date('2026-01-01')
      const record = {
        id,
        userId: id,
        kind,
        subject: id,
        name: null,
        data: '',
        version: 0,
        createdAt: at,
        usedAt: null,
      }
      await credentials.add(record, 1)
      credentials.removeOf = async (...removed) => {
        opened.push(await kith.sessions.open(id))
        return await removeOf(...removed)
      }
      return await replacePassword(...given)
    }
    const { flow } = await kith.sessions.sendCode({ login: email }, client)
    await kith.settled()
    const { code } = mailbox.last('sign-in-code').content
    // No second factor is required.
    await kith.sessions.loginByCode({ flow, code }, client)
    expect(await credentials.byUser(id)).toEqual([])
    for (const { session } of opened)
      expect((await options.storage.sessions.byId(session.id))?.revokedAt).toBeInstanceOf(Date)
    expect(opened).toHaveLength(1)
    const { items } = await kith.audit.list(id)
    expect(items.filter(({ action }) => action === 'credential.removed')).toMatchObject([
      { actor: { kind: 'self' }, address: client.address },
    ])
  })

  test('keeps the code if no password can be hashed at the moment', async () => {
    const { kith, mailbox, options } = await squatted()
    const { flow } = await kith.recovery.begin({ login: email }, client)
    await kith.settled()
    const { code } = mailbox.last('password-reset').content
    const full = createKith({
      ...options,
      passwords: { memoryKiB: 65_536, iterations: 3, queueLimit: 1, concurrency: 1 },
    })
    const input = { flow, code, password: 'battery staple' }
    const { id } = (await kith.accounts.find('eve')) ?? { id: '' }
    const busy = Array.from({ length: 6 }, () => codeOf(full.accounts.setPassword(id, password)))
    expect(await codeOf(full.recovery.reset(input, client))).toBe('busy')
    await Promise.all(busy)
    await kith.recovery.reset(input, client)
  })

  test.each(['reset', 'sign-in'] as const)(
    'invalidates a code that was sent to the other address before, %s',
    async (way) => {
      const { kith, mailbox, phones } = await squatted()
      const eves =
        way === 'reset' ? await kith.recovery.begin({ phone }) : await kith.sessions.sendCode({ phone })
      const { flow } = await kith.recovery.begin({ login: email }, client)
      await kith.settled()
      const { code } = mailbox.last('password-reset').content
      await kith.recovery.reset({ flow, code, password: 'battery staple' }, client)
      const kind = way === 'reset' ? 'password-reset' : 'sign-in-code'
      const given = { flow: eves.flow, code: phones.last(kind, phone).content.code }
      const used =
        way === 'reset'
          ? kith.recovery.reset({ ...given, password: 'the other one' })
          : kith.sessions.loginByCode(given)
      expect(await codeOf(used)).toBe('code-invalid')
      expect(await codeOf(kith.sessions.login({ login: email, password: 'battery staple' }, client))).toBe(
        'no error',
      )
    },
  )

  test('and another person who proves the other address at the same time do not both get the account', async () => {
    const { kith, mailbox, phones } = await squatted()
    const [byMail, byPhone] = [
      await kith.sessions.sendCode({ login: email }),
      await kith.sessions.sendCode({ phone }),
    ]
    await kith.settled()
    const given = [
      { ...byMail, code: mailbox.last('sign-in-code').content.code },
      { ...byPhone, code: phones.last('sign-in-code').content.code },
    ]
    const signIns = given.map(({ flow, code }) => codeOf(kith.sessions.loginByCode({ flow, code })))
    expect((await Promise.all(signIns)).toSorted()).toEqual(['code-invalid', 'no error'])
    const { emailVerified, phoneVerified } = (await kith.accounts.find('eve')) ?? {}
    expect([emailVerified, phoneVerified].filter(Boolean)).toHaveLength(1)
  })

  test('has the account although its owner has just changed the address, in an app without links', async () => {
    const mailbox = createMailbox()
    const { kith } = createInstance({ messages: { email: mailbox } })
    const { user, session } = await kith.accounts.register({ username: 'eve', email, password })
    const viewer = { userId: user.id, sessionId: session.id }
    const next = 'eve@example.com'
    await kith.accounts.edit(viewer, { email: next, currentPassword: password })
    const { flow } = await kith.recovery.begin({ login: next })
    await kith.settled()
    const { code } = mailbox.last('password-reset', next).content
    await kith.recovery.reset({ flow, code, password: 'battery staple' })
    expect(await kith.accounts.byId(user.id)).toMatchObject({ email: next, emailVerified: true })
  })

  test.each([
    ['email', 'verifyPhone'],
    ['phone', 'verifyEmail'],
  ] as const)('by %s has nothing if the other one is proved right before that counts', async (kind, verb) => {
    const { kith, mailbox, phones, options } = await squatted()
    const { id } = (await kith.accounts.find('eve')) ?? { id: '' }
    const isMail = kind === 'email'
    const { flow } = await kith.sessions.sendCode(isMail ? { login: email } : { phone })
    await kith.settled()
    const { code } = (isMail ? mailbox : phones).last('sign-in-code').content
    const { users } = options.storage
    const { update } = users
    users.update = async (...given) => {
      if (given[1][`${kind}VerifiedAt`]) {
        users.update = update
        await kith.accounts[verb](id)
      }
      return await update(...given)
    }
    expect(await codeOf(kith.sessions.loginByCode({ flow, code }))).toBe('code-invalid')
    expect(await kith.accounts.byId(id)).toMatchObject({ [`${kind}Verified`]: false })
  })

  test('of an account that is deleted meanwhile has nothing', async () => {
    const { kith, mailbox, options } = await squatted()
    const { id } = (await kith.accounts.find('eve')) ?? { id: '' }
    const [signIn, recovery] = [
      await kith.sessions.sendCode({ login: email }),
      await kith.recovery.begin({ login: email }),
    ]
    await kith.settled()
    // Its codes go a little later.
    await options.storage.users.markDeleted(id, new Date(), null)
    const code = (kind: 'sign-in-code' | 'password-reset') => mailbox.last(kind).content.code
    expect(await codeOf(kith.sessions.loginByCode({ flow: signIn.flow, code: code('sign-in-code') }))).toBe(
      'code-invalid',
    )
    const reset = { flow: recovery.flow, code: code('password-reset'), password: 'battery staple' }
    expect(await codeOf(kith.recovery.reset(reset))).toBe('code-invalid')
  })

  test('gets no code while a former mailbox can take the account back, and afterwards nothing takes it back', async () => {
    const mailbox = createMailbox()
    const { kith, advance } = createInstance({
      messages: { email: mailbox, links },
      sessions: { codeSignIn: true },
    })
    const former = 'eve@example.com'
    const { user, session } = await kith.accounts.register({ username: 'eve', email: former, password })
    const viewer = { userId: user.id, sessionId: session.id }
    const before = await kith.recovery.begin({ login: former })
    await kith.accounts.edit(viewer, { email, currentPassword: password })
    await kith.settled()
    const { link } = mailbox.last('address-changed', former).content
    const revert = Object.fromEntries(new URLSearchParams(new URL(link ?? '').hash.slice(1))) as never
    await kith.recovery.begin({ login: email })
    await kith.sessions.sendCode({ login: 'eve' })
    await kith.settled()
    expect(mailbox.messages.filter(({ to }) => to === email)).toEqual([])
    const { code } = mailbox.last('password-reset', former).content
    const used = kith.recovery.reset({ flow: before.flow, code, password: 'the other one' })
    expect(await codeOf(used)).toBe('code-invalid')

    advance(73 * 3_600)
    const { flow } = await kith.recovery.begin({ login: email })
    await kith.settled()
    const sent = mailbox.last('password-reset', email).content
    await kith.recovery.reset({ flow, code: sent.code, password: 'battery staple' })
    expect(await codeOf(kith.addresses.revert(revert))).toBe('code-invalid')
    expect(await kith.accounts.find('eve')).toMatchObject({ email, emailVerified: true })
  })

  async function squatted(
    options: Partial<KithOptions> = {},
  ): Promise<Instance & { mailbox: Mailbox; phones: Mailbox }> {
    const [mailbox, phones] = [createMailbox(), createMailbox()]
    const made = createInstance({
      messages: { email: mailbox, sms: phones },
      sessions: { codeSignIn: true },
      ...options,
    })
    await made.kith.accounts.register({ username: 'eve', email, phone, password }, client)
    return { ...made, mailbox, phones }
  }
})

test('an undeliverable message does not block others of the same account', async () => {
  const [mailbox, phones] = [
    createMailbox(),
    createMailbox(() => {
      throw new Error('the account at the gateway is not paid')
    }),
  ]
  const { kith } = createInstance({ messages: { email: mailbox, sms: phones } })
  await kith.accounts.register({ username: 'ada', email, phone, password }, client)
  await kith.recovery.begin({ phone }, client)
  await kith.settled()
  await kith.recovery.begin({ login: email }, client)
  await kith.settled()
  expect(mailbox.last('password-reset').to).toBe(email)
})
