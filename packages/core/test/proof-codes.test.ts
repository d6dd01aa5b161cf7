import type { CodeInput, KithOptions, Viewer } from '@kith/core'
import { decodeJwt } from 'jose'
import { Secret, TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { client, email, instance, wrong } from './coded-app.ts'
import { codeOf, type Instance } from './instance.ts'
import type { Mailbox } from './mailbox.ts'

const phone = '+4930123456'
const next = 'thief@example.com'

interface Owner extends Instance {
  mailbox: Mailbox
  phones: Mailbox
  viewer: Viewer
  /** Signs in with a code. */
  signIn(): Promise<Viewer>
  /** Requests a code to prove a session with, and reads it. */
  ask(kind?: 'email' | 'phone', viewer?: Viewer): Promise<CodeInput>
}

/** An account without a password, with a session whose proof is too old. */
async function owner(options: Partial<KithOptions> = {}): Promise<Owner> {
  const made = instance(options)
  const { kith, mailbox, phones } = made
  const { id } = await kith.accounts.import({
    username: 'ada',
    email,
    phone,
    emailVerified: true,
    phoneVerified: true,
    passwordHash: null,
  })
  const signIn = async (): Promise<Viewer> => {
    const { flow } = await kith.sessions.sendCode({ login: 'ada' })
    await kith.settled()
    const { code } = mailbox.last('sign-in-code').content
    const { session } = await kith.sessions.loginByCode({ flow, code })
    return { userId: id, sessionId: session.id }
  }
  const viewer = await signIn()
  made.advance(601)
  return {
    ...made,
    viewer,
    signIn,
    async ask(kind = 'email', by = viewer) {
      const { flow } = await kith.sessions.sendProofCode(by, { kind }, client)
      await kith.settled()
      return { flow, code: (kind === 'email' ? mailbox : phones).last('proof-code').content.code }
    },
  }
}

/** Adds an authenticator app. */
async function addApp({ kith, options, viewer }: Owner): Promise<void> {
  const { token, secret } = await kith.factors.beginTotp(viewer)
  const timestamp = options.clock?.().getTime() ?? 0
  const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({ timestamp })
  await kith.factors.confirmTotp(viewer, { token, code })
}

describe('a proof by a sent code', () => {
  // asvs: 7.2.4, 7.5.1
  test('renews the proof and the tokens, by email and by phone', async () => {
    const { kith, viewer, ask, advance, mailbox } = await owner()
    expect(await codeOf(kith.sessions.requireFresh(viewer))).toBe('proof-required')
    const { flow, expiresAt } = await kith.sessions.sendProofCode(viewer, { kind: 'email' }, client)
    expect(expiresAt).toBe('2026-01-01T00:20:01.000Z')
    await kith.settled()
    const { to, language, content } = mailbox.last('proof-code')
    expect({ to, language, content }).toEqual({
      to: email,
      language: 'de',
      content: { code: expect.stringMatching(/^\d{6}$/) as string, minutes: 10 },
    })
    const { tokens } = await kith.sessions.prove(viewer, { flow, code: content.code }, client)
    await kith.sessions.requireFresh(viewer)
    const claims = decodeJwt(tokens?.accessToken ?? '')
    expect(claims).toMatchObject({ sid: viewer.sessionId, auth_time: claims.iat, amr: ['otp'] })
    advance(601)
    const proved = await kith.sessions.prove(viewer, await ask('phone'), client)
    expect(decodeJwt(proved.tokens?.accessToken ?? '')['amr']).toEqual(['otp', 'sms'])
  })

  test('is enough for sensitive actions of an account that has only codes', async () => {
    const { kith, viewer, ask } = await owner()
    expect(await codeOf(kith.factors.beginTotp(viewer))).toBe('proof-required')
    await kith.sessions.prove(viewer, await ask())
    await kith.factors.beginTotp(viewer)
  })

  // asvs: 6.5.1
  test('of 20 concurrent uses one succeeds; used and expired codes fail', async () => {
    const { kith, viewer, ask, advance } = await owner()
    const given = await ask()
    const codes = await Promise.all(
      Array.from({ length: 20 }, () => codeOf(kith.sessions.prove(viewer, given))),
    )
    expect(codes.toSorted()).toEqual([...Array<string>(19).fill('code-invalid'), 'no error'])
    const guessed = await ask()
    for (let tried = 0; tried < 5; tried++) {
      const guess = { ...guessed, code: wrong(guessed.code) }
      expect(await codeOf(kith.sessions.prove(viewer, guess))).toBe('code-invalid')
    }
    expect(await codeOf(kith.sessions.prove(viewer, guessed))).toBe('code-invalid')
    const late = await ask()
    advance(600)
    expect(await codeOf(kith.sessions.prove(viewer, late))).toBe('code-invalid')
    expect(await codeOf(kith.sessions.requireFresh(viewer))).toBe('no error')
  })

  test('is limited like other codes, per recipient and per session', async () => {
    const { kith, viewer, advance, mailbox } = await owner()
    const send = (address: string) =>
      codeOf(kith.sessions.sendProofCode(viewer, { kind: 'email' }, { address }))
    for (let sent = 0; sent < 4; sent++) expect(await send('192.0.2.1')).toBe('no error')
    expect(await send('192.0.2.1')).toBe('rate-limited')
    for (let sent = 0; sent < 20; sent++) await send(`198.51.100.${sent}`)
    await kith.settled()
    // One of the 20 messages was for the sign-in. The caller does not learn that no more are sent.
    expect(mailbox.messages.filter(({ kind }) => kind === 'proof-code')).toHaveLength(19)
    advance(60)
    const tried = Array.from({ length: 31 }, () =>
      codeOf(kith.sessions.prove(viewer, { flow: viewer.userId, code: '123456' })),
    )
    expect(await Promise.all(tried)).toContain('rate-limited')
  })

  test('rejects contradictory input', async () => {
    const { kith, viewer, ask } = await owner()
    const { flow, code } = await ask()
    for (const input of [
      { flow },
      { flow, password: 'correct horse' },
      { flow, recoveryCode: code },
      { flow, code, password: 'correct horse' },
      { flow, code: '12345' },
      { flow: 'x', code },
    ])
      expect(await codeOf(kith.sessions.prove(viewer, input))).toBe('invalid-input')
    expect(await codeOf(kith.sessions.prove(viewer, { code }))).toBe('factor-invalid')
    const fax = { kind: 'fax' } as never
    expect(await codeOf(kith.sessions.sendProofCode(viewer, fax))).toBe('invalid-input')
  })
})

describe('what proves nothing', () => {
  test('a code from another session, from another account or for another purpose', async () => {
    const { kith, viewer, ask, signIn, mailbox, advance } = await owner()
    const thief = await signIn()
    advance(601)
    expect(await codeOf(kith.sessions.prove(thief, await ask()))).toBe('code-invalid')
    expect(await codeOf(kith.sessions.requireFresh(thief))).toBe('proof-required')

    const { id } = await kith.accounts.import({
      username: 'eve',
      email: 'eve@example.com',
      emailVerified: true,
      passwordHash: null,
    })
    const { session } = await kith.sessions.open(id)
    const eve = { userId: id, sessionId: session.id }
    const ofEve = await kith.sessions.sendProofCode(eve, { kind: 'email' })
    await kith.settled()
    const { code } = mailbox.last('proof-code', 'eve@example.com').content
    expect(await codeOf(kith.sessions.prove(viewer, { flow: ofEve.flow, code }))).toBe('code-invalid')
    // Nor a viewer with the session of another account.
    const mixed = { userId: viewer.userId, sessionId: session.id }
    expect(await codeOf(kith.sessions.sendProofCode(mixed, { kind: 'email' }))).toBe('session-revoked')

    const signInCode = await kith.sessions.sendCode({ login: 'ada' })
    await kith.settled()
    const other = { flow: signInCode.flow, code: mailbox.last('sign-in-code').content.code }
    expect(await codeOf(kith.sessions.prove(viewer, other))).toBe('code-invalid')
    const own = await ask()
    expect(await codeOf(kith.sessions.loginByCode(own))).toBe('code-invalid')
    expect(await codeOf(kith.recovery.reset({ ...own, password: 'battery staple' }))).toBe('code-invalid')
    expect(await codeOf(kith.addresses.confirm(own))).toBe('code-invalid')
    expect(await codeOf(kith.sessions.requireFresh(viewer))).toBe('proof-required')
    await kith.sessions.prove(viewer, own)
  })

  const endings: Record<string, (owner: Owner) => Promise<unknown>> = {
    'has ended': ({ kith, viewer }) => kith.sessions.logout(viewer),
    'was ended by the host': ({ kith, viewer }) => kith.sessions.endAll(viewer.userId),
    'belongs to a banned account': ({ kith, viewer }) => kith.accounts.ban(viewer.userId),
    'belongs to an ended epoch, after the process died before ending each session': ({ options, viewer }) =>
      options.storage.users.update(viewer.userId, { endSessions: true }),
    'has expired': async ({ advance }) => advance(365 * 86_400),
  }
  for (const [ending, end] of Object.entries(endings))
    test(`a session that ${ending} gets no code, and cannot use the one it got`, async () => {
      const made = await owner()
      const { kith, viewer, ask } = made
      const given = await ask()
      await end(made)
      expect(await codeOf(kith.sessions.sendProofCode(viewer, { kind: 'email' }))).toBe('session-revoked')
      expect(await codeOf(kith.sessions.prove(viewer, given))).toMatch(/^(session-revoked|code-invalid)$/)
    })

  test('a viewer without a session, or with a deleted account', async () => {
    const { kith, viewer } = await owner()
    const send = (by: Viewer) => codeOf(kith.sessions.sendProofCode(by, { kind: 'email' }))
    expect(await send(kith.viewerOf(viewer.userId))).toBe('unauthenticated')
    await kith.accounts.remove(viewer.userId)
    expect(await send(viewer)).toBe('unauthenticated')
  })

  // asvs: 6.3.3
  test('only a mailbox, if the account has an authenticator app', async () => {
    const made = await owner()
    const { kith, viewer, ask, advance, mailbox } = made
    await kith.sessions.prove(viewer, await ask())
    const before = await ask()
    await addApp(made)
    const { length } = mailbox.messages.filter(({ kind }) => kind === 'proof-code')
    expect(await codeOf(kith.sessions.prove(viewer, before))).toBe('code-invalid')
    advance(601)
    expect(await codeOf(kith.sessions.sendProofCode(viewer, { kind: 'email' }))).toBe('code-not-sent')
    await kith.settled()
    expect(mailbox.messages.filter(({ kind }) => kind === 'proof-code')).toHaveLength(length)
  })
})

describe('an address that gets no code', () => {
  test('is one that the account does not have, has not confirmed, or that no messenger serves', async () => {
    const { kith, viewer, mailbox } = await owner()
    const send = (kind: 'email' | 'phone') => codeOf(kith.sessions.sendProofCode(viewer, { kind }))
    await kith.accounts.update(viewer.userId, { email: next, phone: null })
    expect([await send('email'), await send('phone')]).toEqual(['code-not-sent', 'code-not-sent'])
    await kith.settled()
    expect(mailbox.messages.map(({ kind }) => kind)).not.toContain('proof-code')
    const silent = await owner({})
    const withoutSms = instance({ storage: silent.options.storage, messages: { email: mailbox } })
    expect(await codeOf(withoutSms.kith.sessions.sendProofCode(silent.viewer, { kind: 'phone' }))).toBe(
      'not-configured',
    )
  })

  test('is a new one, as long as the former one can take the change back', async () => {
    const { kith, viewer, ask, advance, mailbox } = await owner()
    await kith.sessions.prove(viewer, await ask())
    const [byMail, byPhone] = [await ask(), await ask('phone')]
    const { flow } = await kith.addresses.change(viewer, { email: next })
    await kith.settled()
    await kith.addresses.confirm({ flow, code: mailbox.last('address-code', next).content.code })
    for (const given of [byMail, byPhone])
      expect(await codeOf(kith.sessions.prove(viewer, given))).toBe('code-invalid')
    advance(601)
    for (const kind of ['email', 'phone'] as const)
      expect(await codeOf(kith.sessions.sendProofCode(viewer, { kind }))).toBe('code-not-sent')
    await kith.settled()
    expect(mailbox.messages.filter(({ kind, to }) => kind === 'proof-code' && to === next)).toEqual([])
    advance(72 * 3_600)
    const late = await kith.sessions.sendProofCode(viewer, { kind: 'email' })
    await kith.settled()
    const { code } = mailbox.last('proof-code', next).content
    await kith.sessions.prove(viewer, { flow: late.flow, code })
  })

  test('is a former one: a code that was sent to it proves nothing after a change', async () => {
    const { kith, viewer, ask } = await owner()
    const given = await ask()
    await kith.accounts.update(viewer.userId, { email: next })
    await kith.accounts.verifyEmail(viewer.userId)
    expect(await codeOf(kith.sessions.prove(viewer, given))).toBe('code-invalid')
  })
})
