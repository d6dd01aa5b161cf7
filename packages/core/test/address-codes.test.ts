import { describe, expect, test } from 'vitest'
import { client, email, instance, password, signsIn } from './coded-app.ts'
import { codeOf } from './instance.ts'

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
})
