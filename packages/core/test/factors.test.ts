import { randomBytes } from 'node:crypto'
import type { Kith, KithOptions, SignIn, Viewer } from '@kith/core'
import { createKith, isSecondFactorRequired, RetryLaterError } from '@kith/core'
import { createMemoryRateLimits } from '@kith/core/memory'
import { Secret, TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { codeOf, createInstance, type Instance } from './instance.ts'
import { createMailbox, type Mailbox } from './mailbox.ts'

const password = 'correct horse'
const email = 'ada@example.com'
const client = { address: '192.0.2.1', userAgent: 'Test/1' }

interface Enrolled extends Instance {
  mailbox: Mailbox
  viewer: Viewer
  registered: SignIn
  /** The code that the app shows now, or this many steps from now. */
  app(steps?: number): string
  recoveryCodes: string[]
}

/** An account with an authenticator app: `otpauth`, which shares no code with ours. */
async function enrolled(options: Partial<KithOptions> = {}): Promise<Enrolled> {
  const mailbox = createMailbox()
  const made = createInstance({ messages: { email: mailbox }, ...options })
  let now = Date.parse('2026-01-01T00:00:00Z')
  const advance = (seconds: number): void => {
    now += seconds * 1000
    made.advance(seconds)
  }
  const { kith } = made
  const registered = await kith.accounts.register({ username: 'ada', email, password }, client)
  const viewer = { userId: registered.user.id, sessionId: registered.session.id }
  const { token, secret, uri } = await kith.factors.beginTotp(viewer, { name: 'Phone' })
  expect(uri).toBe(`otpauth://totp/kith:ada?secret=${secret}&issuer=kith&algorithm=SHA1&digits=6&period=30`)
  const totp = new TOTP({ secret: Secret.fromBase32(secret) })
  const app = (steps = 0): string => totp.generate({ timestamp: now + steps * 30_000 })
  const { recoveryCodes } = await kith.factors.confirmTotp(viewer, { token, code: app() }, client)
  advance(30)
  return { ...made, advance, mailbox, viewer, registered, app, recoveryCodes: recoveryCodes ?? [] }
}

/** An id that sorts after those of the test. */
const laterId = (number: number): string => `ffffffff-ffff-7fff-bfff-${String(number).padStart(12, '0')}`

/** A second app about to be added, and its code. */
async function secondApp({ kith, viewer }: Enrolled): Promise<{ token: string; code: string }> {
  const { token, secret } = await kith.factors.beginTotp(viewer, { name: 'Tablet' })
  const timestamp = kith.config.clock().getTime()
  return { token, code: new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp }) }
}

/** What the first half of a sign-in asks for. */
async function challengeOf(kith: Kith, from: object = client): Promise<string> {
  try {
    await kith.sessions.login({ login: 'ada', password }, from)
  } catch (error) {
    if (isSecondFactorRequired(error)) return error.challenge.token
    throw error
  }
  throw new Error('no second factor was asked for')
}

describe('a second factor', () => {
  // asvs: 6.3.3, 6.5.1
  test('a password alone opens no session; together with a code from the app it does, once', async () => {
    const { kith, app, options, viewer } = await enrolled()
    const before = await kith.sessions.list(viewer)
    const challenge = await challengeOf(kith)
    expect(await kith.sessions.list(viewer)).toEqual(before)
    const signIn = await kith.sessions.loginByFactor({ challenge, code: app() }, client)
    expect(await options.storage.sessions.byId(signIn.session.id)).toMatchObject({
      methods: ['pwd', 'otp', 'mfa'],
    })
    expect(await codeOf(kith.sessions.loginByFactor({ challenge, code: app(1) }, client))).toBe(
      'code-invalid',
    )
    const again = await challengeOf(kith)
    expect(await codeOf(kith.sessions.loginByFactor({ challenge: again, code: app() }, client))).toBe(
      'factor-invalid',
    )
  })

  // asvs: 6.5.1, 6.5.5
  test('the codes of the adjacent steps are accepted, older ones are not, and none twice', async () => {
    const { kith, app, advance } = await enrolled()
    advance(60)
    const challenge = await challengeOf(kith)
    for (const steps of [-2, 2])
      expect(await codeOf(kith.sessions.loginByFactor({ challenge, code: app(steps) }, client))).toBe(
        'factor-invalid',
      )
    await kith.sessions.loginByFactor({ challenge, code: app(-1) }, client)
    await kith.sessions.loginByFactor({ challenge: await challengeOf(kith), code: app(1) }, client)
    const last = { challenge: await challengeOf(kith), code: app() }
    expect(await codeOf(kith.sessions.loginByFactor(last, client))).toBe('factor-invalid')
  })

  // asvs: 6.5.1
  test('20 concurrent calls with one code open one session, even with several first halves', async () => {
    const { kith, app } = await enrolled()
    const challenges = [await challengeOf(kith), await challengeOf(kith)]
    const codes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        codeOf(kith.sessions.loginByFactor({ challenge: challenges[index % 2] ?? '', code: app() })),
      ),
    )
    expect(codes.filter((code) => code === 'no error')).toHaveLength(1)
  })

  // asvs: 6.4.4, 6.5.1
  test('each recovery code works once, in any spelling; new ones invalidate the old', async () => {
    const { kith, recoveryCodes, viewer, advance } = await enrolled()
    expect(recoveryCodes).toHaveLength(10)
    const [first = '', second = ''] = recoveryCodes
    expect(first).toMatch(/^[2-9a-z]{6}(-[2-9a-z]{6}){3}$/)
    const typed = ` ${first.toUpperCase().replaceAll('-', ' ')} `
    await kith.sessions.loginByFactor({ challenge: await challengeOf(kith), recoveryCode: typed }, client)
    const again = { challenge: await challengeOf(kith), recoveryCode: first }
    expect(await codeOf(kith.sessions.loginByFactor(again, client))).toBe('factor-invalid')
    expect((await kith.credentials.list(viewer)).map(({ kind, left }) => [kind, left])).toEqual([
      ['totp', undefined],
      ['recovery-codes', 9],
    ])
    advance(600)
    expect(await codeOf(kith.factors.renewRecoveryCodes(viewer))).toBe('proof-required')
    await kith.sessions.prove(viewer, { password })
    const { recoveryCodes: fresh } = await kith.factors.renewRecoveryCodes(viewer)
    const old = { challenge: await challengeOf(kith), recoveryCode: second }
    expect(await codeOf(kith.sessions.loginByFactor(old, client))).toBe('factor-invalid')
    await kith.sessions.loginByFactor(
      { challenge: await challengeOf(kith), recoveryCode: fresh[0] ?? '' },
      client,
    )
  })

  test('guesses share one budget across all factors and first halves; a known device has its own', async () => {
    const { kith, app, registered } = await enrolled()
    const known = { ...client, device: registered.tokens.deviceToken }
    const refusals: string[] = []
    for (let tried = 0; tried < 12; tried++) {
      const challenge = await challengeOf(kith, { address: `198.51.100.${tried}` })
      const guess = tried % 2 ? { code: '000000' } : { recoveryCode: 'aaaaa-aaaaa' }
      refusals.push(await codeOf(kith.sessions.loginByFactor({ challenge, ...guess })))
    }
    expect(refusals).toEqual([...Array<string>(10).fill('factor-invalid'), 'rate-limited', 'rate-limited'])
    await kith.sessions.loginByFactor({ challenge: await challengeOf(kith, known), code: app() }, known)
  })

  test('proving with a session does not use up the guesses of sign-ins; the owner is notified once of too many', async () => {
    const { kith, app, viewer, registered, recoveryCodes, mailbox } = await enrolled()
    const refusals: string[] = []
    for (let tried = 0; tried < 11; tried++)
      refusals.push(await codeOf(kith.sessions.prove(viewer, { code: '000000' })))
    expect(refusals).toEqual([...Array<string>(10).fill('factor-invalid'), 'rate-limited'])
    await kith.settled()
    await kith.settled()
    expect(mailbox.messages.map(({ kind }) => kind)).toContain('locked-out')
    await kith.sessions.loginByFactor({ challenge: await challengeOf(kith), code: app() }, client)
    const [recoveryCode = '', another = ''] = recoveryCodes
    const known = { ...client, device: registered.tokens.deviceToken }
    await kith.sessions.loginByFactor({ challenge: await challengeOf(kith), recoveryCode }, known)
    const { session } = await kith.sessions.open(viewer.userId, client)
    await kith.sessions.prove({ ...viewer, sessionId: session.id }, { recoveryCode: another })
  })

  test('if guesses cannot be counted, nobody passes, and the owner is not told of too many', async () => {
    const counters = createMemoryRateLimits()
    let isAway = false
    const away = new RetryLaterError('storage-unavailable', 1)
    const rateLimits = {
      ...counters,
      hit: (...given: Parameters<typeof counters.hit>) =>
        isAway ? Promise.reject(away) : counters.hit(...given),
    }
    const { kith, app } = await enrolled({ rateLimits })
    const lockedOut: unknown[] = []
    kith.events.on('account.locked-out', (event) => void lockedOut.push(event))
    const challenge = await challengeOf(kith)
    isAway = true
    expect(await codeOf(kith.sessions.loginByFactor({ challenge, code: app() }))).toBe('storage-unavailable')
    await kith.settled()
    expect(lockedOut).toEqual([])
  })

  test('beyond the maximum of trusted devices, the oldest is asked for its factor again', async () => {
    const { kith, app, advance, options, viewer } = await enrolled({ sessions: { trustDevices: '30d' } })
    const { credentials } = options.storage
    const trustOne = async (): Promise<string | undefined> => {
      advance(30)
      const input = { challenge: await challengeOf(kith), code: app(), trustDevice: true }
      return (await kith.sessions.loginByFactor(input, client)).tokens.deviceToken
    }
    const first = await trustOne()
    const [trusted] = (await credentials.byUser(viewer.userId)).filter(
      ({ kind }) => kind === 'trusted-device',
    )
    if (!trusted) throw new Error('no device is trusted')
    for (let added = 1; added < 30; added++)
      await credentials.add({ ...trusted, id: laterId(added), subject: `${viewer.userId} ${added}` }, 30)
    const last = await trustOne()
    expect(await codeOf(kith.sessions.login({ login: 'ada', password }, { ...client, device: last }))).toBe(
      'no error',
    )
    await challengeOf(kith, { ...client, device: first })
  })

  test('known devices of an account share their guesses, however many there are', async () => {
    const { kith, registered } = await enrolled()
    const devices = [registered.tokens.deviceToken]
    for (let gathered = 0; gathered < 4; gathered++)
      devices.push((await kith.sessions.open(registered.user.id, client)).tokens.deviceToken)
    expect(new Set(devices).size).toBe(5)
    const refusals: string[] = []
    for (let tried = 0; tried < 12; tried++) {
      const from = { address: `198.51.100.${tried}`, device: devices[tried % 5] }
      const challenge = await challengeOf(kith, from)
      refusals.push(await codeOf(kith.sessions.loginByFactor({ challenge, code: '000000' }, from)))
    }
    expect(refusals.slice(9)).toEqual(['factor-invalid', 'rate-limited', 'rate-limited'])
  })

  test('a new password ends the trust in all devices', async () => {
    const { kith, app, viewer } = await enrolled({ sessions: { trustDevices: '30d' } })
    const challenge = await challengeOf(kith)
    const { tokens } = await kith.sessions.loginByFactor(
      { challenge, code: app(), trustDevice: true },
      client,
    )
    const known = { ...client, device: tokens.deviceToken }
    await kith.sessions.login({ login: 'ada', password }, known)
    await kith.accounts.clearPassword(viewer.userId)
    await kith.accounts.setPassword(viewer.userId, password)
    await challengeOf(kith, known)
  })

  // asvs: 6.3.4, 6.4.3
  test('no single factor bypasses it: a password, a sent code, or a reset password', async () => {
    const { kith, mailbox, viewer } = await enrolled({ sessions: { codeSignIn: true } })
    await kith.accounts.verifyEmail(viewer.userId)
    const sent = async (kind: 'sign-in-code' | 'password-reset'): Promise<string> => {
      await kith.settled()
      return mailbox.last(kind).content.code
    }
    await challengeOf(kith)
    const { flow } = await kith.sessions.sendCode({ login: 'ada' }, client)
    const signIn = kith.sessions.loginByCode({ flow, code: await sent('sign-in-code') }, client)
    expect(await codeOf(signIn)).toBe('second-factor-required')
    const forgotten = await kith.recovery.begin({ login: 'ada' }, client)
    const reset = { flow: forgotten.flow, code: await sent('password-reset'), password: 'battery staple' }
    expect(await kith.recovery.reset(reset, client)).toBeUndefined()
    const again = kith.sessions.login({ login: 'ada', password: 'battery staple' }, client)
    expect(await codeOf(again)).toBe('second-factor-required')
  })

  // asvs: 6.5.2, 6.5.4
  test('recovery codes have at least 112 random bits and are distinct', async () => {
    const { recoveryCodes } = await enrolled()
    const letters = recoveryCodes.join('').replaceAll('-', '')
    const alphabet = 31
    expect(new Set(letters).size).toBeLessThanOrEqual(alphabet)
    // A given one of 31 equally likely letters is missing among 240 in 4 of 10,000 cases; three are missing in less than one of a million.
    expect(new Set(letters).size).toBeGreaterThan(alphabet - 4)
    for (const code of recoveryCodes)
      expect(code.replaceAll('-', '').length * Math.log2(alphabet)).toBeGreaterThan(112)
    expect(new Set(recoveryCodes).size).toBe(10)
  })

  test('five wrong codes use up a first half; a new password and a ban end it', async () => {
    const { kith, app, viewer, recoveryCodes } = await enrolled()
    const challenge = await challengeOf(kith)
    for (let tried = 0; tried < 5; tried++)
      expect(await codeOf(kith.sessions.loginByFactor({ challenge, code: '000000' }))).toBe('factor-invalid')
    expect(await codeOf(kith.sessions.loginByFactor({ challenge, code: app() }))).toBe('code-invalid')
    const other = await challengeOf(kith)
    await kith.accounts.setPassword(viewer.userId, password)
    expect(await codeOf(kith.sessions.loginByFactor({ challenge: other, code: app() }))).toBe('code-invalid')
    const third = await challengeOf(kith)
    await kith.accounts.ban(viewer.userId)
    const banned = { challenge: third, recoveryCode: recoveryCodes[0] ?? '' }
    expect(await codeOf(kith.sessions.loginByFactor(banned))).toBe('code-invalid')
  })

  test('a new password that comes while the session opens ends it', async () => {
    const { kith, app, options, viewer } = await enrolled()
    const { sessions } = options.storage
    const { open } = sessions
    const challenge = await challengeOf(kith)
    sessions.open = async (...given) => {
      sessions.open = open
      await kith.accounts.setPassword(viewer.userId, 'battery staple')
      return await open(...given)
    }
    expect(await codeOf(kith.sessions.loginByFactor({ challenge, code: app() }))).toBe('invalid-credentials')
    expect((await kith.sessions.list(viewer)).items).toEqual([])
  })

  test('two factors given concurrently for one first half open one session', async () => {
    const { kith, app, recoveryCodes } = await enrolled()
    const challenge = await challengeOf(kith)
    const results = await Promise.all([
      codeOf(kith.sessions.loginByFactor({ challenge, code: app() })),
      codeOf(kith.sessions.loginByFactor({ challenge, recoveryCode: recoveryCodes[0] ?? '' })),
    ])
    expect(results.toSorted()).toEqual(['code-invalid', 'no error'])
  })

  test('a sign-in on a new device is announced to the owner', async () => {
    const { kith, app, mailbox } = await enrolled()
    await kith.sessions.loginByFactor({ challenge: await challengeOf(kith), code: app() }, client)
    await kith.settled()
    expect(mailbox.last('new-device')).toMatchObject({ to: email, content: { device: 'Test' } })
  })

  test('a trusted device is not asked, until the trust expires or is removed in the list', async () => {
    const { kith, app, advance, viewer } = await enrolled({ sessions: { trustDevices: '30d' } })
    const challenge = await challengeOf(kith)
    const { tokens } = await kith.sessions.loginByFactor(
      { challenge, code: app(), trustDevice: true },
      client,
    )
    const known = { ...client, device: tokens.deviceToken }
    await kith.sessions.login({ login: 'ada', password }, known)
    await challengeOf(kith, client)
    await kith.sessions.prove(viewer, { password })
    const [, , trusted] = await kith.credentials.list(viewer)
    expect(trusted).toMatchObject({ kind: 'trusted-device' })
    await kith.credentials.remove(viewer, trusted?.id ?? '')
    const next = await challengeOf(kith, known)
    advance(30)
    await kith.sessions.loginByFactor({ challenge: next, code: app(), trustDevice: true }, known)
    advance(30 * 86_400)
    await challengeOf(kith, known)
  })

  // asvs: 6.5.2
  test('its secret and its recovery codes are never stored in plain form; the owner is notified', async () => {
    const { options, mailbox, kith, recoveryCodes, viewer } = await enrolled()
    await kith.settled()
    const stored = JSON.stringify(await options.storage.credentials.byUser(viewer.userId))
    for (const code of recoveryCodes) expect(stored).not.toContain(code)
    expect(mailbox.messages.map(({ kind, content }) => [kind, content])).toMatchObject([
      ['credential-added', { kind: 'totp', name: 'Phone' }],
      ['credential-added', { kind: 'recovery-codes' }],
    ])
  })

  test('removing the last app removes its recovery codes, and a password is sufficient again', async () => {
    const { kith, viewer } = await enrolled()
    const [totp] = await kith.credentials.list(viewer)
    await kith.credentials.rename(viewer, totp?.id ?? '', { name: 'Old phone' })
    expect((await kith.credentials.list(viewer))[0]).toMatchObject({ name: 'Old phone' })
    await kith.credentials.remove(viewer, totp?.id ?? '')
    expect(await kith.credentials.list(viewer)).toEqual([])
    await kith.sessions.login({ login: 'ada', password })
    expect(await codeOf(kith.credentials.remove(viewer, totp?.id ?? ''))).toBe('credential-not-found')
  })

  test('nothing can be enrolled, renamed or removed for another account', async () => {
    const { kith, viewer, app } = await enrolled()
    const eve = await kith.accounts.register({ username: 'eve', password })
    const other = { userId: eve.user.id, sessionId: eve.session.id }
    const [totp] = await kith.credentials.list(viewer)
    const id = totp?.id ?? ''
    expect(await codeOf(kith.credentials.rename(other, id, { name: 'x' }))).toBe('credential-not-found')
    expect(await codeOf(kith.credentials.remove(other, id))).toBe('credential-not-found')
    const { token } = await kith.factors.beginTotp(other)
    expect(await codeOf(kith.factors.confirmTotp(viewer, { token, code: app() }))).toBe('code-invalid')
  })
})

describe('adding an app', () => {
  test('its first code may be typed with a space; a number with more digits is wrong', async () => {
    const made = await enrolled()
    const { kith, viewer } = made
    const { token, code } = await secondApp(made)
    const confirm = (typed: string) => codeOf(kith.factors.confirmTotp(viewer, { token, code: typed }))
    expect(await confirm(`${code}0`)).toBe('factor-invalid')
    expect(await confirm(`${code.slice(0, 3)} ${code.slice(3)}`)).toBe('no error')
  })

  test('of 5 concurrent confirmations one adds it', async () => {
    const made = await enrolled()
    const { kith, viewer } = made
    const given = await secondApp(made)
    const results = await Promise.all(
      Array.from({ length: 5 }, () => codeOf(kith.factors.confirmTotp(viewer, given))),
    )
    expect(results.toSorted()).toEqual([...Array<string>(4).fill('code-invalid'), 'no error'])
    const added = (await kith.credentials.list(viewer)).filter(({ kind }) => kind === 'totp')
    expect(added.map(({ name }) => name)).toEqual(['Phone', 'Tablet'])
  })

  test.each(['add', 'step'] as const)(
    'for an account that is deleted before "%s" nothing is',
    async (verb) => {
      const made = await enrolled()
      const { kith, viewer, options } = made
      const { credentials } = options.storage
      const given = await secondApp(made)
      const write = credentials[verb] as (...given: unknown[]) => Promise<never>
      credentials[verb] = async (...values: unknown[]) => {
        credentials[verb] = write
        await kith.accounts.remove(viewer.userId)
        return await write(...values)
      }
      const told: unknown[] = []
      kith.events.on('credential.added', (event) => void told.push(event))
      const byHost = kith.viewerOf(viewer.userId)
      const adding =
        verb === 'add' ? kith.factors.confirmTotp(byHost, given) : kith.factors.renewRecoveryCodes(byHost)
      expect(await codeOf(adding)).toBe('unauthenticated')
      expect(await codeOf(kith.factors.beginTotp(byHost))).toBe('unauthenticated')
      expect(await credentials.byUser(viewer.userId)).toEqual([])
      expect(told).toEqual([])
    },
  )
})

describe('recovery codes', () => {
  test('new ones are valid although an old one is used at the same time, and the owner gets a message', async () => {
    const { kith, viewer, options, mailbox, advance } = await enrolled()
    const { credentials } = options.storage
    const { step } = credentials
    await kith.settled()
    const { length } = mailbox.messages
    credentials.step = async (change, ...rest) => {
      credentials.step = step
      await step({ id: change.id, version: change.version, usedAt: new Date() })
      return await step(change, ...rest)
    }
    const { recoveryCodes } = await kith.factors.renewRecoveryCodes(viewer)
    await kith.settled()
    expect(mailbox.messages.slice(length)).toMatchObject([
      { kind: 'credential-added', content: { kind: 'recovery-codes' } },
    ])
    const recoveryCode = recoveryCodes[0] ?? ''
    advance(60)
    await kith.sessions.loginByFactor({ challenge: await challengeOf(kith), recoveryCode }, client)
  })

  test('each letter is as likely as any other', async () => {
    const rows = [
      // The bytes from 248 on would make the first eight letters likelier than the others.
      [...Array.from({ length: 8 }, (_, index) => 248 + index), ...Array(16).keys()],
      [247, 30, 31, 0, 1, 2, 3, 4, ...Array<number>(16).fill(5)],
    ]
    const random = (length: number): Uint8Array =>
      length === 24 ? Uint8Array.from(rows.shift() ?? Array<number>(24).fill(6)) : randomBytes(length)
    const { recoveryCodes } = await enrolled({ random })
    expect(recoveryCodes.slice(0, 2)).toEqual(['234567-89abcd-efghzz-223456', '888888-888888-888888-888888'])
  })
})

describe('a stored factor', () => {
  const stored = {
    totp: 'dyVueUEAVxxj.es-U41hJ3HnQS0NFC198-CKc_04OAa_cBM0xx8TrycJ-YwCjWkUc6-0s-rQJXCmwjYmIC0sRfytOublW3Djcej28yw-Pbp-aO01oEPGpJoUN',
    'recovery-codes': '["SfWP1Tfohy_X3fI05vXuWKUDDbayP4s4GkAqpEk0IWM"]',
  }

  /** An account whose factors an earlier release has stored. */
  async function withStored() {
    const { kith, options } = createInstance()
    const userId = (await kith.accounts.register({ username: 'ada', password }, client)).user.id
    for (const [index, kind] of (['totp', 'recovery-codes'] as const).entries())
      await options.storage.credentials.add(
        {
          id: `018f5a5e-0000-7000-8000-00000000000${index + 1}`,
          userId,
          kind,
          subject: userId,
          name: null,
          data: stored[kind],
          version: 0,
          createdAt: new Date('2025-01-01T00:00:00Z'),
          usedAt: null,
        },
        1,
      )
    return { kith, options }
  }
  // The secret of the examples of RFC 6238.
  const app = new TOTP({ secret: Secret.fromLatin1('12345678901234567890') })
  const code = app.generate({ timestamp: Date.parse('2026-01-01T00:00:00Z') })

  test('of an earlier release still works', async () => {
    const { kith } = await withStored()
    await kith.sessions.loginByFactor({ challenge: await challengeOf(kith), code })
    const challenge = await challengeOf(kith)
    const guess = kith.sessions.loginByFactor({ challenge, recoveryCode: '234567-bbcdef-ghjkmn-pqrstu' })
    expect(await codeOf(guess)).toBe('factor-invalid')
    await kith.sessions.loginByFactor({ challenge, recoveryCode: '234567-abcdef-ghjkmn-pqrstu' })
  })

  test('accepts nothing if the secret that it was stored with is gone', async () => {
    const { options } = await withStored()
    const kith = createKith({ ...options, secret: 'another secret of the tests, of 32 characters or more' })
    const challenge = await challengeOf(kith)
    for (const given of [{ code }, { recoveryCode: '234567-abcdef-ghjkmn-pqrstu' }])
      expect(await codeOf(kith.sessions.loginByFactor({ challenge, ...given }))).toBe('factor-invalid')
  })
})

describe('proving again', () => {
  // asvs: 7.2.4, 7.5.1
  test('sensitive actions require a proof after ten minutes; a proof renews the tokens', async () => {
    const { kith, viewer, advance, app, registered, options } = await enrolled()
    await kith.sessions.requireFresh(viewer)
    advance(600)
    expect(await codeOf(kith.sessions.requireFresh(viewer))).toBe('proof-required')
    await kith.sessions.requireFresh(viewer, '1h')
    expect(await codeOf(kith.factors.beginTotp(viewer))).toBe('proof-required')
    expect(await codeOf(kith.sessions.prove(viewer, { password: 'wrong one' }))).toBe('wrong-password')
    expect(await codeOf(kith.sessions.prove(viewer, { code: '000000' }))).toBe('factor-invalid')
    expect(await codeOf(kith.sessions.prove(viewer, {}))).toBe('invalid-input')
    const { tokens, session } = await kith.sessions.prove(viewer, { code: app() }, client)
    expect(session.id).toBe(registered.session.id)
    await kith.sessions.requireFresh(viewer)
    expect(await options.storage.sessions.byId(session.id)).toMatchObject({
      methods: ['pwd', 'otp'],
      generation: 1,
    })
    await kith.sessions.authenticate(tokens?.accessToken ?? '')
    advance(11)
    expect(await codeOf(kith.sessions.refresh(registered.tokens.refreshToken))).toBe('refresh-token-reused')
  })

  test('an ended session proves nothing; the host needs no proof', async () => {
    const { kith, viewer } = await enrolled()
    await kith.sessions.logout(viewer)
    expect(await codeOf(kith.sessions.requireFresh(viewer))).toBe('session-revoked')
    expect(await codeOf(kith.sessions.prove(viewer, { password }))).toBe('session-revoked')
    await kith.sessions.requireFresh(kith.viewerOf(viewer.userId))
  })
})

describe('an account without a password', () => {
  test('can set one, change its logins and delete itself with only a fresh proof', async () => {
    const { kith, advance, mailbox } = await enrolled({ sessions: { codeSignIn: true } })
    const { id } = await kith.accounts.import({
      username: 'ben',
      email: 'ben@example.com',
      emailVerified: true,
      passwordHash: null,
    })
    const { flow } = await kith.sessions.sendCode({ login: 'ben' })
    await kith.settled()
    const { code } = mailbox.last('sign-in-code', 'ben@example.com').content
    const { session } = await kith.sessions.loginByCode({ flow, code }, client)
    const viewer = { userId: id, sessionId: session.id }
    const { signIn } = await kith.accounts.edit(viewer, { username: 'benjamin' })
    const next = { userId: id, sessionId: signIn?.session.id ?? '' }
    advance(601)
    for (const refused of [
      () => kith.accounts.edit(next, { username: 'ben' }),
      () => kith.accounts.changePassword(next, { newPassword: 'battery staple' }),
      () => kith.addresses.change(next, { email: 'other@example.com' }),
      () => kith.accounts.delete(next, {}),
    ])
      expect(await codeOf(refused())).toBe('proof-required')
    const fresh = await kith.sessions.open(id, client)
    const viewerAgain = { userId: id, sessionId: fresh.session.id }
    const changed = await kith.accounts.changePassword(viewerAgain, { newPassword: 'battery staple' })
    const last = { userId: id, sessionId: changed.session.id }
    expect(await codeOf(kith.accounts.delete(last, {}))).toBe('invalid-input')
    await kith.accounts.delete(last, { password: 'battery staple' })
  })

  // asvs: 7.5.1, 7.5.2
  test('sensitive actions of any account need a fresh proof: exports, and ending other sessions', async () => {
    const { kith, viewer, advance } = await enrolled()
    const other = await kith.sessions.open(viewer.userId, client)
    advance(601)
    const lines = kith.accounts.export(viewer)[Symbol.asyncIterator]()
    expect(await codeOf(lines.next())).toBe('proof-required')
    expect(await codeOf(kith.sessions.revoke(viewer, other.session.id))).toBe('proof-required')
    expect(await codeOf(kith.sessions.logoutEverywhere(viewer))).toBe('proof-required')
    expect(await codeOf(kith.sessions.logoutEverywhere(viewer, { exceptCurrent: true }))).toBe(
      'proof-required',
    )
    await kith.sessions.logout(viewer)
  })
})

describe('trust in a device', () => {
  const trusting = { sessions: { trustDevices: '30d' } } as const

  test('is granted only on request, lasts to the second, and can be renewed', async () => {
    const { kith, app, advance, viewer } = await enrolled(trusting)
    const signIn = async (from: object, more: object = {}) =>
      await kith.sessions.loginByFactor(
        { challenge: await challengeOf(kith, from), code: app(), ...more },
        from,
      )
    const asks = async (from: object): Promise<boolean> =>
      (await codeOf(kith.sessions.login({ login: 'ada', password }, from))) === 'second-factor-required'
    const { tokens } = await signIn(client)
    const device = { ...client, device: tokens.deviceToken }
    expect(await asks(device), 'no trust was requested').toBe(true)
    advance(60)
    const { tokens: trusted } = await signIn(device, { trustDevice: true })
    const known = { ...client, device: trusted.deviceToken }
    expect(await asks(client), 'another device').toBe(true)
    advance(30 * 86_400 - 1)
    expect(await asks(known)).toBe(false)
    advance(1)
    expect(await asks(known)).toBe(true)
    await signIn(known, { trustDevice: true })
    advance(60)
    expect(await asks(known)).toBe(false)
    const items = await kith.credentials.list(viewer)
    expect(items.filter(({ kind }) => kind === 'trusted-device')).toHaveLength(1)
  })

  test('ends with the last authenticator app, like the recovery codes, and not before', async () => {
    const { kith, app, advance, viewer } = await enrolled(trusting)
    const trustOne = async (device?: string): Promise<string | undefined> => {
      const from = { ...client, device }
      const input = { challenge: await challengeOf(kith), code: app(), trustDevice: true }
      const { tokens } = await kith.sessions.loginByFactor(input, from)
      advance(30)
      return tokens.deviceToken
    }
    const [first, second] = [await trustOne(), await trustOne()]
    const again = await trustOne(second)
    for (const device of [first, second, again])
      await kith.sessions.login({ login: 'ada', password }, { ...client, device })
    const devices = (await kith.credentials.list(viewer)).filter(({ kind }) => kind === 'trusted-device')
    expect(devices.map(({ name }) => name)).toEqual(['Test', 'Test'])
  })

  test('is not given, and no longer counts, in an app without it', async () => {
    const { kith, app, advance, options, viewer } = await enrolled(trusting)
    const { sessions: _trusting, ...others } = options
    const without = createKith(others)
    const trust = async (by: Kith): Promise<string | undefined> => {
      advance(30)
      const input = { challenge: await challengeOf(by), code: app(), trustDevice: true }
      return (await by.sessions.loginByFactor(input, client)).tokens.deviceToken
    }
    await trust(without)
    expect((await kith.credentials.list(viewer)).map(({ kind }) => kind)).toEqual(['totp', 'recovery-codes'])
    const device = await trust(kith)
    await kith.sessions.login({ login: 'ada', password }, { ...client, device })
    // Not even on a machine whose clock is slow.
    advance(-60)
    await challengeOf(without, { ...client, device })
  })

  test('goes, as the recovery codes do, with the last authenticator app and not before', async () => {
    const made = await enrolled(trusting)
    const { kith, app, advance, viewer } = made
    const challenge = await challengeOf(kith)
    await kith.sessions.loginByFactor({ challenge, code: app(), trustDevice: true }, client)
    advance(60)
    const { token, code } = await secondApp(made)
    expect(await codeOf(kith.factors.confirmTotp(viewer, { token, code: '000000' }))).toBe('factor-invalid')
    const told: unknown[] = []
    kith.events.on('credential.added', ({ kind }) => void told.push(`+ ${kind}`))
    kith.events.on('credential.removed', ({ kind }) => void told.push(`- ${kind}`))
    // The recovery codes that the person already has stay valid.
    expect((await kith.factors.confirmTotp(viewer, { token, code }, client)).recoveryCodes).toBeNull()
    expect(told).toEqual(['+ totp'])
    const kinds = async () => (await kith.credentials.list(viewer)).map(({ kind }) => kind).sort()
    const apps = (await kith.credentials.list(viewer)).filter(({ kind }) => kind === 'totp')
    expect(await kinds()).toEqual(['recovery-codes', 'totp', 'totp', 'trusted-device'])
    await kith.sessions.prove(viewer, { password })
    await kith.credentials.remove(viewer, apps[0]?.id ?? '')
    expect(await kinds()).toEqual(['recovery-codes', 'totp', 'trusted-device'])
    await kith.credentials.remove(viewer, apps[1]?.id ?? '')
    expect(await kinds()).toEqual([])
    expect(told).toEqual(['+ totp', '- totp', '- totp', '- recovery-codes', '- trusted-device'])
  })
})

test('a second factor reports when its challenge expires, and records its method', async () => {
  const { kith, app, recoveryCodes, options } = await enrolled()
  const login = kith.sessions.login({ login: 'ada', password }, client)
  await expect(login).rejects.toMatchObject({
    challenge: { expiresAt: new Date(kith.config.clock().getTime() + 600_000).toISOString() },
  })
  const byCode = { challenge: await challengeOf(kith), recoveryCode: recoveryCodes[0] ?? '' }
  const byApp = { challenge: await challengeOf(kith), code: app() }
  for (const [input, method] of [
    [byCode, 'kba'],
    [byApp, 'otp'],
  ] as const) {
    const { session } = await kith.sessions.loginByFactor({ ...input, deviceName: method }, client)
    expect(await options.storage.sessions.byId(session.id)).toMatchObject({
      methods: ['pwd', method, 'mfa'],
      deviceName: method,
    })
  }
})
