import type { KithOptions, Viewer } from '@kith/core'
import { describe, expect, test } from 'vitest'
import { client, email, instance, messageLines, password, signsIn } from './coded-app.ts'
import { codeOf, createInstance, type Instance } from './instance.ts'

const next = 'ada@example.org'
const phone = '+4930123456'
type Address = { email: string } | { phone: string }

interface Owner extends ReturnType<typeof instance> {
  viewer: Viewer
  /** Asks for a new address, and reads the code. */
  asks(address: Address): Promise<{ flow: string; code: string }>
}

/** Ada, who has an address that she has not confirmed. */
async function ada(options: Partial<KithOptions> = {}): Promise<Owner> {
  const made = instance(options)
  const { kith, mailbox, phones } = made
  const { user, session } = await kith.accounts.register({ username: 'ada', email, password })
  const viewer = { userId: user.id, sessionId: session.id }
  return {
    ...made,
    viewer,
    async asks(address) {
      const { flow } = await kith.addresses.change(viewer, { ...address, currentPassword: password })
      await kith.settled()
      const sent = 'email' in address ? mailbox : phones
      return { flow, code: sent.last('address-code').content.code }
    },
  }
}

/** What the events say has changed. */
function editsOf({ kith }: Instance): unknown[] {
  const edits: unknown[] = []
  kith.events.on('account.edited', ({ userId, fields }) => void edits.push([userId, ...fields]))
  return edits
}

describe('addresses', () => {
  test('a code confirms an address; a change notifies both mailboxes and can be taken back', async () => {
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

  test('the email address of another account cannot be confirmed, and nothing reveals that it is taken', async () => {
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

  test('an edit of the email notifies the old mailbox, with a link, and not the new one, which may belong to a stranger', async () => {
    const { kith, mailbox, logged } = instance()
    const { user, session } = await kith.accounts.register({ username: 'ada', email, password })
    const viewer = { userId: user.id, sessionId: session.id }
    await kith.accounts.edit(
      viewer,
      { email: 'thief@example.com', name: 'Ada', currentPassword: password },
      client,
    )
    await kith.settled()
    expect(mailbox.messages.map(({ to, kind }) => [to, kind])).toEqual([[email, 'address-changed']])
    expect(messageLines({ logged })).toEqual([])
    const { link } = mailbox.last('address-changed', email).content
    await kith.addresses.revert(
      Object.fromEntries(new URLSearchParams(new URL(link ?? '').hash.slice(1))) as never,
    )
    expect(await kith.accounts.byId(user.id)).toMatchObject({ email, emailVerified: true, name: 'Ada' })
    expect(await signsIn(kith, 'ada')).toBe(false)
  })

  test('a code is invalid if the account has changed the address meanwhile', async () => {
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

  test('each confirmation raises an event that names what has changed', async () => {
    const owner = await ada()
    const { kith, mailbox, viewer, asks } = owner
    const edits = editsOf(owner)
    const { flow } = await kith.addresses.verify(viewer, { kind: 'email' })
    await kith.settled()
    await kith.addresses.confirm({ flow, code: mailbox.last('address-code').content.code })
    await kith.addresses.confirm(await asks({ email: next }))
    await kith.addresses.confirm(await asks({ phone }))
    expect(edits.map((edit) => (edit as unknown[]).slice(1))).toEqual([
      ['emailVerified'],
      ['email', 'emailVerified'],
      ['phone', 'phoneVerified'],
    ])
  })

  test('codes are in the language of the caller', async () => {
    const { kith, mailbox, viewer } = await ada()
    await kith.addresses.verify(viewer, { kind: 'email' }, client)
    await kith.addresses.change(viewer, { email: next, currentPassword: password }, client)
    await kith.settled()
    expect(mailbox.messages.map(({ to, language }) => [to, language])).toEqual([
      [email, 'de'],
      [next, 'de'],
    ])
  })

  test('no code is sent where something is missing', async () => {
    const { kith, mailbox, viewer } = await ada()
    const currentPassword = password
    for (const input of [{ currentPassword }, { email: next, phone, currentPassword }])
      await expect(kith.addresses.change(viewer, input)).rejects.toMatchObject({
        code: 'invalid-input',
        errors: [{ path: 'email' }],
      })
    await expect(kith.addresses.change(viewer, { email: next })).rejects.toMatchObject({
      code: 'invalid-input',
      errors: [{ path: 'currentPassword' }],
    })
    expect(await codeOf(kith.addresses.verify(viewer, { kind: 'phone' }))).toBe('code-invalid')
    const gone = kith.viewerOf('nobody')
    expect(await codeOf(kith.addresses.verify(gone, { kind: 'email' }))).toBe('unauthenticated')
    await kith.settled()
    expect(mailbox.messages).toEqual([])

    const silent = createInstance().kith
    const { id } = await silent.accounts.import({ username: 'ada', email, passwordHash: null })
    expect(await codeOf(silent.addresses.verify(silent.viewerOf(id), { kind: 'email' }))).toBe(
      'not-configured',
    )
  })
})

describe('a new address that another account has', () => {
  test.each([{ email: next }, { phone }])(
    'and has not confirmed goes to the caller, even if it is all that the other one signs in with: %o',
    async (address) => {
      const accounts = { identifiers: { username: 'optional', email: 'optional' } } as const
      const { kith, viewer, asks } = await ada({ accounts })
      const kept = 'phone' in address ? { username: 'eve' } : {}
      const squatter = await kith.accounts.import({ ...kept, ...address, passwordHash: null })
      await kith.addresses.confirm(await asks(address))
      expect(await kith.accounts.byId(viewer.userId)).toMatchObject(address)
      expect(await kith.accounts.byId(squatter.id)).toMatchObject({ email: null, phone: null })
    },
  )

  test('and has confirmed stays there, whenever it was confirmed', async () => {
    const owner = await ada()
    const { kith, asks } = owner
    const begun = await asks({ email: next })
    const ben = await kith.accounts.import({
      username: 'ben',
      email: next,
      emailVerified: true,
      passwordHash: null,
    })
    const edits = editsOf(owner)
    expect(await codeOf(kith.addresses.confirm(begun))).toBe('identifier-taken')
    expect(await kith.accounts.byId(ben.id)).toMatchObject({ email: next })
    expect(edits).toEqual([])
  })

  test('stays there if the change is over', async () => {
    const { kith, viewer, asks } = await ada()
    const begun = await asks({ email: next })
    const squatter = await kith.accounts.import({ username: 'eve', email: next, passwordHash: null })
    await kith.sessions.endAll(viewer.userId)
    expect(await codeOf(kith.addresses.confirm(begun))).toBe('code-invalid')
    expect(await kith.accounts.byId(squatter.id)).toMatchObject({ email: next })
  })

  test.each(['before', 'after'] as const)(
    'goes to the caller if the other account is deleted meanwhile, %s it is looked up',
    async (when) => {
      const owner = await ada()
      const { kith, viewer, asks, options } = owner
      const begun = await asks({ email: next })
      const squatter = await kith.accounts.import({ username: 'eve', email: next, passwordHash: null })
      const edits = editsOf(owner)
      const { users } = options.storage
      const { update } = users
      const remove = () => users.markDeleted(squatter.id, new Date(), null)
      users.update = async (id, ...rest) => {
        if (when === 'after' && id === squatter.id) await remove()
        const result = await update(id, ...rest)
        if (when === 'before' && result.outcome === 'taken') await remove()
        return result
      }
      await kith.addresses.confirm(begun)
      expect(await kith.accounts.byId(viewer.userId)).toMatchObject({ email: next, emailVerified: true })
      expect(edits).toEqual([[viewer.userId, 'email', 'emailVerified']])
    },
  )

  test('is not confirmed if a second one takes it as soon as the first has lost it', async () => {
    const { kith, viewer, asks, options } = await ada()
    const begun = await asks({ email: next })
    const squat = (username: string) => kith.accounts.import({ username, email: next, passwordHash: null })
    const first = await squat('eve')
    const { users } = options.storage
    const { update } = users
    users.update = async (id, ...rest) => {
      const result = await update(id, ...rest)
      if (id === first.id) await squat('mallory')
      return result
    }
    expect(await codeOf(kith.addresses.confirm(begun))).toBe('code-invalid')
    expect(await kith.accounts.byId(viewer.userId)).toMatchObject({ email })
  })
})
