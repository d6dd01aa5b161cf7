import type { KithOptions, Viewer } from '@kith/core'
import type { CredentialRecord } from '@kith/core/ports'
import { describe, expect, test } from 'vitest'
import { email, instance } from '../../test/coded-app.ts'
import { codeOf } from '../../test/instance.ts'
import { createMailbox } from '../../test/mailbox.ts'

const phone = '+4930123456'
const id = '018f5a5e-0000-7000-8000-000000000000'

/** An account without a password whose only credential is a passkey. */
async function passkeyOwner(options: Partial<KithOptions> = {}, account: object = {}) {
  const made = instance(options)
  const { kith, mailbox } = made
  const user = await kith.accounts.import({
    username: 'ada',
    email,
    emailVerified: true,
    passwordHash: null,
    ...account,
  })
  const { credentials } = made.options.storage
  const passkey: CredentialRecord = {
    id,
    userId: user.id,
    kind: 'passkey',
    subject: 'a passkey',
    name: 'Phone',
    data: '',
    version: 0,
    createdAt: new Date('2026-01-01T00:00:00Z'),
    usedAt: null,
  }
  await credentials.add(passkey, 1)
  const viewer: Viewer = kith.viewerOf(user.id)
  return { kith, mailbox, credentials, viewer, remove: () => codeOf(kith.credentials.remove(viewer, id)) }
}

describe('the last passkey of an account without a password', () => {
  const codes = { sessions: { codeSignIn: true } }
  const [emailOnly, smsOnly] = [{ email: createMailbox() }, { sms: createMailbox() }]
  const byPhone = { email: undefined, emailVerified: undefined, phone, phoneVerified: true }

  test.each<[string, Partial<KithOptions>, object]>([
    ['an email address', { ...codes, messages: emailOnly }, {}],
    ['a phone number', { ...codes, messages: smsOnly }, byPhone],
  ])('can be removed if codes to %s open the account', async (_address, options, account) => {
    const { remove } = await passkeyOwner(options, account)
    expect(await remove()).toBe('no error')
  })

  test.each<[string, Partial<KithOptions>, object]>([
    ['the app has no sign-in by code', { sessions: { codeSignIn: false } }, {}],
    ['the app sends no email', { ...codes, messages: smsOnly }, {}],
    ['the app sends no text messages', { ...codes, messages: emailOnly }, byPhone],
    ['the address is not verified', codes, { emailVerified: false }],
  ])('stays if %s', async (_reason, options, account) => {
    const { remove } = await passkeyOwner(options, account)
    expect(await remove()).toBe('last-way-in')
  })
})

test('of 5 concurrent removals one removes the credential, and its owner gets one message', async () => {
  const { kith, mailbox, remove } = await passkeyOwner()
  const removed: unknown[] = []
  kith.events.on('credential.removed', (event) => void removed.push(event))
  const results = await Promise.all(Array.from({ length: 5 }, remove))
  expect(results.toSorted()).toEqual([...Array<string>(4).fill('credential-not-found'), 'no error'])
  await kith.settled()
  expect(removed).toHaveLength(1)
  expect(mailbox.messages).toMatchObject([
    { kind: 'credential-removed', content: { kind: 'passkey', name: 'Phone' } },
  ])
})

test('a rename that a store never accepts is refused as busy', async () => {
  const { kith, credentials, viewer } = await passkeyOwner()
  let steps = 0
  credentials.step = async () => {
    steps++
    return false
  }
  await expect(kith.credentials.rename(viewer, id, { name: 'Tablet' })).rejects.toMatchObject({
    code: 'busy',
    retryAfterSeconds: 1,
  })
  expect(steps).toBe(100)
})

test('a credential is renamed although it is used at the same time', async () => {
  const { kith, credentials, viewer } = await passkeyOwner()
  const { step } = credentials
  const usedAt = new Date('2026-01-02T00:00:00Z')
  credentials.step = async (...given) => {
    credentials.step = step
    await step({ id, version: 0, usedAt })
    return await step(...given)
  }
  await kith.credentials.rename(viewer, id, { name: 'Tablet' })
  expect(await credentials.byUser(viewer.userId)).toMatchObject([{ name: 'Tablet', usedAt, version: 2 }])
})
