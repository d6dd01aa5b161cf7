import { randomBytes, randomInt } from 'node:crypto'
import type { Kith, KithOptions } from '@kith/core'
import { describe, expect, test } from 'vitest'
import { cheapHashing, codeOf, createInstance, type Instance } from '../../test/instance.ts'
import { createMailbox } from '../../test/mailbox.ts'

const client = { address: '192.0.2.1', userAgent: 'Test/1' }
const limits = { loginByAddress: [], registerByAddress: [], registerAttemptByAddress: [] }

function instance(options: Partial<KithOptions> = {}): Instance {
  return createInstance({ limits, ...options })
}

let accounts = 0
/** Whether an account can be registered with this password and can sign in with it. */
async function isAccepted(kith: Kith, password: string): Promise<boolean> {
  const username = `user_${String(++accounts)}`
  const code = await codeOf(kith.accounts.register({ username, password }, client))
  if (code === 'invalid-input') return false
  expect(code).toBe('no error')
  await kith.sessions.login({ login: username, password }, client)
  return true
}

/** A password of this many letters from this alphabet. */
function letters(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet[randomInt(alphabet.length)]).join('')
}

describe('a password', () => {
  // asvs: 6.2.1
  test('needs at least 8 characters, counted as people count them, everywhere one is set', async () => {
    const mailbox = createMailbox()
    const { kith } = instance({ messages: { email: mailbox } })
    for (const [short, long] of [
      ['v7kq2zp', 'v7kq2zpx'],
      ['жёщўъїю', 'жёщўъїюя'],
      ['🦀🐙🦑🐡🐠🐟🐬', '🦀🐙🦑🐡🐠🐟🐬🐳'],
    ] as const) {
      expect(await isAccepted(kith, short), short).toBe(false)
      expect(await isAccepted(kith, long), long).toBe(true)
    }
    const [password, newPassword] = ['correct horse', 'v7kq2zp']
    const { user, session } = await kith.accounts.register({
      username: 'ana',
      email: 'a@b.example',
      password,
    })
    const viewer = { userId: user.id, sessionId: session.id }
    const change = { currentPassword: password, newPassword }
    expect(await codeOf(kith.accounts.changePassword(viewer, change))).toBe('invalid-input')
    const { flow } = await kith.recovery.begin({ login: 'ana' }, client)
    await kith.settled()
    const { code } = mailbox.last('password-reset').content
    expect(await codeOf(kith.recovery.reset({ flow, code, password: newPassword }))).toBe('invalid-input')
    expect(await codeOf(kith.recovery.reset({ flow, code, password: 'v7kq2zpx' }))).toBe('no error')
  })

  // asvs: 6.2.5
  test('may mix any kinds of characters or use only one kind', async () => {
    const { kith } = instance()
    for (const alphabet of [
      'abcdefghijklmnopqrstuvwxyz',
      'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
      '0123456789',
      '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~',
      'αβγδεζηθικλμνξοπρστυφχψω',
      '的一是不了人我在有他这为之大来以个中上们',
    ])
      expect(await isAccepted(kith, letters(alphabet, 16)), alphabet).toBe(true)
  })

  // asvs: 6.2.9
  test('may be up to 256 characters long, even with three bytes per character', async () => {
    const { kith } = instance()
    for (const length of [64, 65, 128, 256])
      expect(await isAccepted(kith, letters('abcdefghijklmnop', length)), String(length)).toBe(true)
    expect(await isAccepted(kith, letters('的一是不了人我在有他这为之大来以', 256))).toBe(true)
    expect(await isAccepted(kith, letters('abcdefghijklmnop', 257))).toBe(false)
  })

  // asvs: 6.2.8
  test('is checked exactly as typed: to the last character, with its case and spaces', async () => {
    const { kith } = instance()
    const password = ` Correct horse ${letters('abcdefghijklmnop', 230)} `
    await kith.accounts.register({ username: 'ana', password }, client)
    const wrong = [
      password.trim(),
      password.trimEnd(),
      password.slice(0, 72),
      password.slice(0, -1),
      `${password.slice(0, -2)}X `,
      password.toLowerCase(),
      password.toUpperCase(),
      password.replace('  ', ' '),
      `${password}\0`,
      `${password} `,
    ].filter((each) => each !== password)
    for (const each of wrong)
      expect(['invalid-credentials', 'invalid-input'], each).toContain(
        await codeOf(
          kith.sessions.login({ login: 'ana', password: each }, { ...client, address: randomAddress() }),
        ),
      )
    expect(await codeOf(kith.sessions.login({ login: 'ana', password }, { address: randomAddress() }))).toBe(
      'no error',
    )
  })

  // asvs: 6.2.10
  test('stays valid until its owner changes it', async () => {
    const { kith, advance } = instance()
    const password = 'correct horse'
    await kith.accounts.register({ username: 'ana', password }, client)
    for (let year = 0; year < 10; year++) {
      advance(365 * 86_400)
      await kith.upkeep.run()
      expect(await codeOf(kith.sessions.login({ login: 'ana', password }, client))).toBe('no error')
    }
  })
})

// asvs: 6.2.12
test('a leaked password is rejected everywhere one is set', async () => {
  const mailbox = createMailbox()
  const leaked = 'battery staple'
  const breached = {
    timesSeen: (sha1: string) => Promise.resolve(sha1 === 'E3FF046AE352440B76336C0DF21CBAB0D9D7E9DA' ? 1 : 0),
  }
  const { kith } = instance({ messages: { email: mailbox }, passwords: { ...cheapHashing, breached } })
  const owner = { username: 'ana', email: 'a@b.example' }
  const { user, session } = await kith.accounts.register({ ...owner, password: 'correct horse' })
  const viewer = { userId: user.id, sessionId: session.id }
  const { flow } = await kith.recovery.begin({ login: 'ana' }, client)
  await kith.settled()
  const { code } = mailbox.last('password-reset').content
  const change = { currentPassword: 'correct horse', newPassword: leaked }
  for (const [path, call] of [
    ['password', () => kith.accounts.register({ username: 'ben', password: leaked })],
    ['newPassword', () => kith.accounts.changePassword(viewer, change)],
    ['password', () => kith.recovery.reset({ flow, code, password: leaked })],
    ['password', () => kith.accounts.setPassword(user.id, leaked)],
  ] as const)
    await expect(call(), String(call)).rejects.toMatchObject({
      code: 'invalid-input',
      errors: [{ path, code: 'breached' }],
    })
})

function randomAddress(): string {
  return `192.0.2.${String(randomBytes(1)[0])}`
}
