import { randomBytes } from 'node:crypto'
import type { CodeRecord } from '@kith/core/ports'
import { expect, test } from 'vitest'
import { email, instance, password } from '../../test/coded-app.ts'
import { codeOf } from '../../test/instance.ts'
import { createKith } from '../create-kith.ts'

const now = new Date('2026-01-01T00:00:00Z')

async function withAccount(options: Parameters<typeof instance>[0] = {}) {
  const made = instance(options)
  const { user, session } = await made.kith.accounts.register({ username: 'ada', email, password })
  const { codes } = made.options.storage
  /** Changes the row of a code. */
  async function change(purpose: string, flow: string, fields: Partial<CodeRecord>): Promise<void> {
    const found = await codes.find({ purpose, subject: flow, now })
    if (!found) throw new Error('there is no such code')
    await codes.issue({ ...found, ...fields })
  }
  return { ...made, user, viewer: { userId: user.id, sessionId: session.id }, change }
}

/** Starts a recovery in which `random` returns these values when four bytes are requested. */
async function digitsOf(...values: readonly number[]): Promise<string> {
  const waiting = [...values]
  const random = (length: number): Uint8Array => {
    if (length !== 4) return randomBytes(length)
    const bytes = Buffer.alloc(4)
    bytes.writeUInt32BE(waiting.shift() ?? 0)
    return bytes
  }
  const { kith, mailbox } = await withAccount({ random })
  await kith.recovery.begin({ login: 'ada' })
  await kith.settled()
  return mailbox.last('password-reset').content.code
}

test('all six-digit codes are equally likely, including those with leading zeros', async () => {
  expect(await digitsOf(7)).toBe('000007')
  expect(await digitsOf(1_000_001)).toBe('000001')
  expect(await digitsOf(4_293_999_999)).toBe('999999')
  // From here on, the first 967,296 codes would be more likely than the others.
  expect(await digitsOf(4_294_000_000, 4_294_967_295, 42)).toBe('000042')
})

test('a resent code counts by IP address, and the result says when the code expires', async () => {
  const { kith, advance } = await withAccount({ limits: { sendByAddress: [{ limit: 3, window: '10m' }] } })
  const client = { address: '192.0.2.1' }
  const { flow } = await kith.recovery.begin({ login: 'ada' }, client)
  advance(60)
  const again = () => kith.sessions.resendCode({ purpose: 'reset-password', flow }, client)
  expect(await again()).toEqual({ flow, expiresAt: '2026-01-01T00:11:00.000Z' })
  expect(await codeOf(again())).toBe('no error')
  expect(await codeOf(again())).toBe('rate-limited')
})

test('a code whose row was changed in the storage is invalid', async () => {
  const { kith, mailbox, viewer, change, options } = await withAccount()
  const other = await kith.recovery.begin({ login: 'nobody' })
  const ofOther = { purpose: 'reset-password', subject: other.flow, now }
  const { data = '' } = (await options.storage.codes.find(ofOther)) ?? {}
  for (const changed of [data, 'x', '']) {
    const { flow } = await kith.recovery.begin({ login: 'ada' })
    await kith.settled()
    const { code } = mailbox.last('password-reset').content
    await change('reset-password', flow, { data: changed })
    expect(await codeOf(kith.recovery.reset({ flow, code, password: 'battery staple' }))).toBe('code-invalid')
  }

  const { token } = await kith.factors.beginTotp(viewer)
  const [totpFlow = '', secret = ''] = token.split('.')
  const confirm = (given: string) =>
    codeOf(kith.factors.confirmTotp(viewer, { token: given, code: '123456' }))
  expect(await confirm(token)).toBe('factor-invalid')
  for (const unknown of [`${totpFlow}.x`, `x.${secret}`, totpFlow, `${totpFlow}.`])
    expect(await confirm(unknown), unknown).toBe('code-invalid')
  await change('enroll-totp', totpFlow, { userId: null })
  expect(await confirm(token)).toBe('code-invalid')
  await change('enroll-totp', totpFlow, { userId: viewer.userId, data: 'x' })
  expect(await confirm(token)).toBe('code-invalid')
})

test('a code that an earlier release has stored still works', async () => {
  const { kith, user, options } = await withAccount()
  const flow = '018f5a5e-0000-7000-8000-000000000000'
  await options.storage.codes.issue({
    purpose: 'sign-in',
    subject: flow,
    userId: user.id,
    hashes: ['TeupFfSoi0yB3YlYGRbMAzcXe3CvjO7pIElEXx1ig0c'],
    data: 'l-pBM6jbpBeo.hXpYHDvcg1Brf8FuHsX90BQWQ2ks5HN7teNNHIbkMDE6JgmyRUlzxOznjySvh3Mu5zbHQQY3qlrjIbNE4Kmp_YbkPaRz5Kv8w6SkohHTOdBhP_Ftwf3kTK7zZJaot-g',
    tries: 5,
    createdAt: now,
    expiresAt: new Date('2026-01-01T00:10:00Z'),
  })
  const { user: signedIn } = await kith.sessions.loginByCode({ flow, code: '123456' })
  expect(signedIn.id).toBe(user.id)
})

test('with a rotated secret, an unknown flow gives the same error as a wrong code', async () => {
  const { options } = await withAccount()
  const rotated = createKith({
    ...options,
    secret: { current: 'a newer secret of 32 characters, or more', previous: [String(options.secret)] },
  })
  const flow = '018f5a5e-0000-7000-8000-000000000000'
  const reset = rotated.recovery.reset({ flow, code: '123456', password: 'battery staple' })
  expect(await codeOf(reset)).toBe('code-invalid')
})

test('a new code can only be checked with the current secret', async () => {
  const { options } = await withAccount()
  const { codes } = options.storage
  const previous = 'an older secret of 32 characters, or more'
  const rotated = createKith({
    ...options,
    secret: { current: String(options.secret), previous: [previous] },
  })
  const { flow } = await rotated.recovery.begin({ login: 'ada' })
  const found = await codes.find({ purpose: 'reset-password', subject: flow, now })
  // The digits, and the token of the link.
  expect(found?.hashes).toHaveLength(2)
})
