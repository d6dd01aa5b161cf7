import { randomBytes } from 'node:crypto'
import type { IdentityFinished, Kith, KithOptions, SignIn, Viewer } from '@kith/core'
import { isRetryLater, isSecondFactorRequired } from '@kith/core'
import { oidc } from '@kith/core/oidc'
import { Secret, TOTP } from 'otpauth'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appUrl } from '../../../test/servers/oidc-clients.ts'
import { logInAt, type OidcServer, startOidcServer } from '../../../test/servers/oidc-server.ts'
import { codeOf, createInstance, type Instance } from './instance.ts'
import { createMailbox } from './mailbox.ts'

const password = 'correct horse'
const client = { address: '192.0.2.1', userAgent: 'Test/1' }

let servers: [OidcServer, OidcServer]
beforeAll(async () => {
  servers = [await startOidcServer(), await startOidcServer()]
}, 120_000)
afterAll(async () => {
  await Promise.all(servers.map(({ stop }) => stop()))
})

const unlimited = {
  loginByAddress: [],
  codeByAddress: [],
  registerByAddress: [],
  registerAttemptByAddress: [],
}

/** An app with both providers, whose accounts need no username. */
function app({ accounts, ...options }: Partial<KithOptions> = {}): Instance {
  const [acme, other] = servers.map(({ issuer }) =>
    oidc({ issuer, clientId: 'kith', clientSecret: 'a secret of the client', verifiesEmails: true }),
  )
  return createInstance({
    publicUrl: appUrl,
    providers: { ...(acme && { acme }), ...(other && { other }) },
    accounts: { identifiers: { username: 'optional' }, ...accounts },
    limits: unlimited,
    ...options,
  })
}

interface Trip {
  provider?: string
  viewer?: Viewer
  returnTo?: string
}

/** A browser that has been at the provider and has not returned to the app yet. */
async function goAs(
  kith: Kith,
  login: string,
  { provider = 'acme', viewer, returnTo }: Trip = {},
): Promise<{ answer: URLSearchParams; browser: string }> {
  const purpose = viewer ? 'link' : 'sign-in'
  const { url, browser } = await kith.identities.begin(provider, { purpose, returnTo }, { viewer, client })
  const { answer } = await logInAt(url, login)
  return { answer, browser }
}

async function finishAs(kith: Kith, login: string, trip: Trip = {}): Promise<IdentityFinished> {
  return await kith.identities.finish(trip.provider ?? 'acme', await goAs(kith, login, trip), client)
}

async function signInAs(kith: Kith, login: string, trip: Trip = {}): Promise<SignIn & { isNew: boolean }> {
  const finished = await finishAs(kith, login, trip)
  if (finished.kind !== 'signed-in') throw new Error(`not signed in, but ${finished.kind}`)
  return { ...finished.signIn, isNew: finished.isNew }
}

/** For users about whom the provider reveals too little: the first sign-in, with this username. */
async function signUpAs(
  kith: Kith,
  login: string,
  { username, ...trip }: Trip & { username: string },
): Promise<SignIn> {
  const finished = await finishAs(kith, login, trip)
  if (finished.kind !== 'details-needed') throw new Error(`nothing is missing, but ${finished.kind}`)
  return await kith.identities.complete({ token: finished.token, username }, client)
}

function viewerIn({ user, session }: SignIn): Viewer {
  return { userId: user.id, sessionId: session.id }
}

describe('a sign-in with a provider', () => {
  test('creates an account the first time, with the data that the provider has verified, and then opens it again', async () => {
    const { kith, options } = app()
    const finished = await finishAs(kith, 'ada', { returnTo: '/home?tab=1' })
    if (finished.kind !== 'signed-in') throw new Error(finished.kind)
    expect(finished).toMatchObject({ isNew: true, returnTo: '/home?tab=1' })
    const { user, session } = finished.signIn
    expect(user).toMatchObject({ name: 'ada of the provider', email: 'ada@example.com', emailVerified: true })
    expect(await options.storage.sessions.byId(session.id)).toMatchObject({ methods: ['fed'] })
    const again = await signInAs(kith, 'ada')
    expect([again.user.id, again.isNew]).toEqual([user.id, false])
    const [identity] = await kith.credentials.list(viewerIn(again))
    expect(identity).toMatchObject({ kind: 'identity', lastUsedAt: '2026-01-01T00:00:00.000Z' })
  })

  test('does not overwrite later edits by the owner', async () => {
    const { kith } = app()
    const first = await signInAs(kith, 'ada')
    await kith.accounts.edit(viewerIn(first), { name: 'Countess' })
    expect((await signInAs(kith, 'ada')).user.name).toBe('Countess')
  })

  // asvs: 6.8.1
  test('is matched by issuer and subject: the same name at another provider, or the same email, is another account', async () => {
    const { kith } = app()
    const ada = await signUpAs(kith, 'unverified-ada', { username: 'ada' })
    expect(ada.user).toMatchObject({ email: null, username: 'ada' })
    const trip = { provider: 'other', username: 'ada2' }
    expect((await signUpAs(kith, 'unverified-ada', trip)).user.id).not.toBe(ada.user.id)
    expect((await signInAs(kith, 'unverified-ada')).user.id).toBe(ada.user.id)
    await signInAs(kith, 'ada')
    expect(await codeOf(signInAs(kith, 'second-ada'))).toBe('link-required')
  })

  test('asks for missing details with a suggestion, and can be retried if the username is taken', async () => {
    const { kith } = app({ accounts: { identifiers: { username: 'required' } } })
    const finished = await finishAs(kith, 'grace', { returnTo: '/in' })
    if (finished.kind !== 'details-needed') throw new Error(finished.kind)
    const { token, ...rest } = finished
    const suggestion = { username: 'grace', name: 'grace of the provider', email: 'grace@example.com' }
    expect(rest).toEqual({ kind: 'details-needed', missing: ['username'], suggestion, returnTo: '/in' })
    await kith.accounts.register({ username: 'taken', password })
    const complete = (fields: object): Promise<SignIn> =>
      kith.identities.complete({ token, ...fields }, client)
    expect(await codeOf(complete({ username: 'taken' }))).toBe('identifier-taken')
    expect(await codeOf(complete({ username: 'a b' }))).toBe('invalid-input')
    const { user } = await complete({ username: 'Grace' })
    expect(user).toMatchObject({ username: 'grace', email: 'grace@example.com', emailVerified: true })
    expect(await codeOf(complete({ username: 'again' }))).toBe('code-invalid')
    expect((await signInAs(kith, 'grace')).user.id).toBe(user.id)
    const next = await finishAs(kith, 'second-taken')
    expect(next).toMatchObject({ suggestion: { username: null } })
  })

  test('treats a typed email like that of a registration: unverified', async () => {
    const { kith } = app({ accounts: { identifiers: { username: 'required' } } })
    const finished = await finishAs(kith, 'ada')
    if (finished.kind !== 'details-needed') throw new Error(finished.kind)
    const fields = { token: finished.token, username: 'ada', email: 'president@example.com' }
    const { user } = await kith.identities.complete(fields, client)
    expect(user).toMatchObject({ email: 'president@example.com', emailVerified: false })
  })

  test('takes an email from an account that has not verified it, and from no other', async () => {
    const { kith } = app()
    const squatter = await kith.accounts.register({ username: 'eve', email: 'ada@example.com', password })
    const ada = await signInAs(kith, 'ada')
    expect(ada.user).toMatchObject({ email: 'ada@example.com', emailVerified: true })
    expect(await kith.accounts.me(viewerIn(squatter))).toMatchObject({ email: null })
    expect(ada.user.id).not.toBe(squatter.user.id)
  })

  test('needs a verified email if the app confirms email addresses', async () => {
    const accounts = { confirm: 'email', identifiers: { username: 'optional', email: 'required' } } as const
    const { kith } = app({ accounts, messages: { email: createMailbox() } })
    expect(await codeOf(finishAs(kith, 'unverified-ada'))).toBe('identity-refused')
    expect((await signInAs(kith, 'ada')).user).toMatchObject({ emailVerified: true })
  })

  test('trusts no email from a provider that is not declared to verify them', async () => {
    const [{ issuer }] = servers
    const acme = oidc({ issuer, clientId: 'kith', clientSecret: 'a secret of the client' })
    const { kith } = app({ providers: { acme } })
    expect((await signUpAs(kith, 'ada', { username: 'ada' })).user).toMatchObject({ email: null })
  })

  test('runs the policies of the app', async () => {
    const asked: string[] = []
    const { kith } = app({
      policies: {
        'account.register': ({ input }) => void asked.push(`register ${input.email}`),
        'session.open': () => void asked.push('open'),
      },
    })
    await signInAs(kith, 'ada')
    expect(asked).toEqual(['register ada@example.com', 'open'])
    const closed = app({ policies: { 'account.register': () => ({ refuse: 'Not now' }) } })
    expect(await codeOf(signInAs(closed.kith, 'ada'))).toBe('policy-refused')
  })

  // asvs: 6.3.4
  test('still needs the second factor of the account', async () => {
    const made = app()
    const { kith } = made
    const first = await signInAs(kith, 'ada')
    const viewer = viewerIn(first)
    const { token, secret } = await kith.factors.beginTotp(viewer)
    const totp = new TOTP({ secret: Secret.fromBase32(secret) })
    const now = Date.parse('2026-01-01T00:00:00Z')
    await kith.factors.confirmTotp(viewer, { token, code: totp.generate({ timestamp: now }) })
    const before = await kith.sessions.list(viewer)
    const refused: unknown = await finishAs(kith, 'ada').catch((error: unknown) => error)
    if (!isSecondFactorRequired(refused)) throw new Error('no second factor was asked for')
    expect(await kith.sessions.list(viewer)).toEqual(before)
    const code = totp.generate({ timestamp: now + 30_000 })
    const signIn = await kith.sessions.loginByFactor({ challenge: refused.challenge.token, code }, client)
    expect(signIn.user.id).toBe(first.user.id)
  })

  test('is refused for a banned account; after a deletion it creates a new account', async () => {
    const { kith } = app()
    const { user } = await signInAs(kith, 'ada')
    await kith.accounts.ban(user.id, {})
    expect(await codeOf(signInAs(kith, 'ada'))).toBe('account-banned')
    await kith.accounts.remove(user.id)
    const anew = await signInAs(kith, 'ada')
    expect([anew.isNew, anew.user.id === user.id]).toEqual([true, false])
  })
})

describe('the response that a browser brings back', () => {
  test('works once, even with 20 concurrent calls', async () => {
    const { kith } = app()
    const trip = await goAs(kith, 'ada')
    const codes = await Promise.all(
      Array.from({ length: 20 }, () => codeOf(kith.identities.finish('acme', trip))),
    )
    expect(codes.sort()).toEqual([...Array<string>(19).fill('code-invalid'), 'no error'])
    expect(await codeOf(kith.identities.finish('acme', trip))).toBe('code-invalid')
  })

  test('creates one account, even with 10 browsers of one person at the same time', async () => {
    const { kith } = app()
    const trips = await Promise.all(Array.from({ length: 10 }, () => goAs(kith, 'ada')))
    const finished = await Promise.all(trips.map((trip) => kith.identities.finish('acme', trip, client)))
    const ids = finished.map((each) => (each.kind === 'signed-in' ? each.signIn.user.id : each.kind))
    expect(new Set(ids).size).toBe(1)
    const accounts = await kith.accounts.list()
    expect(accounts.items).toHaveLength(1)
  })

  test('creates one account with its email if 10 browsers complete it at the same time', async () => {
    const { kith } = app({ accounts: { identifiers: { username: 'required' } } })
    const tokens: string[] = []
    for (let tab = 0; tab < 10; tab++) {
      const finished = await finishAs(kith, 'ada')
      if (finished.kind === 'details-needed') tokens.push(finished.token)
    }
    const signIns = await Promise.all(
      tokens.map((token, tab) => kith.identities.complete({ token, username: `ada${tab % 5}` }, client)),
    )
    expect(signIns).toHaveLength(10)
    expect(new Set(signIns.map(({ user }) => user.id)).size).toBe(1)
    const { items } = await kith.accounts.list()
    expect(items).toMatchObject([{ email: 'ada@example.com', emailVerified: true }])
  })

  test('is useless in another browser, without one, or with its six-digit code', async () => {
    const random = (length: number): Uint8Array => (length === 4 ? new Uint8Array(4) : randomBytes(length))
    const { kith } = app({ random })
    const [ada, eve] = [await goAs(kith, 'ada'), await goAs(kith, 'eve')]
    const swapped = { answer: eve.answer, browser: ada.browser }
    expect(await codeOf(kith.identities.finish('acme', swapped))).toBe('code-invalid')
    for (const browser of [eve.browser, '', '000000', `${ada.browser}.`, ada.browser.slice(1)])
      expect(await codeOf(kith.identities.finish('acme', { answer: ada.answer, browser }))).toBe(
        'code-invalid',
      )
    expect(await codeOf(kith.identities.finish('acme', ada))).toBe('no error')
  })

  // asvs: 6.8.1
  test('is useless at the callback of another provider, and with the response of another', async () => {
    const { kith } = app()
    expect(await codeOf(kith.identities.finish('other', await goAs(kith, 'ada')))).toBe('code-invalid')
    const trip = await goAs(kith, 'ada')
    trip.answer.set('iss', servers[1].issuer)
    expect(await codeOf(kith.identities.finish('acme', trip))).toBe('identity-refused')
    const without = await goAs(kith, 'ada')
    without.answer.delete('iss')
    expect(await codeOf(kith.identities.finish('acme', without))).toBe('identity-refused')
  })

  test('expires after ten minutes', async () => {
    const { kith, advance } = app()
    const trip = await goAs(kith, 'ada')
    advance(601)
    expect(await codeOf(kith.identities.finish('acme', trip))).toBe('code-invalid')
  })

  test('is refused with the code of another flow, and is accepted only once by the provider', async () => {
    const { kith } = app()
    const [first, second] = [await goAs(kith, 'ada'), await goAs(kith, 'ada')]
    const swapped = new URLSearchParams(second.answer)
    swapped.set('code', first.answer.get('code') ?? '')
    // PKCE: the verifier belongs to the other flow.
    expect(await codeOf(kith.identities.finish('acme', { ...second, answer: swapped }))).toBe(
      'identity-refused',
    )
    const third = await goAs(kith, 'ada')
    await kith.identities.finish('acme', third)
    const fourth = await goAs(kith, 'ada')
    fourth.answer.set('code', third.answer.get('code') ?? '')
    expect(await codeOf(kith.identities.finish('acme', fourth))).toBe('identity-refused')
  })

  test('may say that the user declined, which is not logged', async () => {
    const { kith, logged } = app()
    const { url, browser } = await kith.identities.begin('acme', { purpose: 'sign-in' })
    const state = new URL(url).searchParams.get('state') ?? ''
    const answer = new URLSearchParams({ error: 'access_denied', state, iss: servers[0].issuer })
    expect(await codeOf(kith.identities.finish('acme', { answer, browser }))).toBe('identity-refused')
    expect(logged).toEqual([])
  })

  test('the URL reveals neither the browser secret nor the verifier nor the nonce', async () => {
    const { kith } = app()
    const { url, browser } = await kith.identities.begin('acme', { purpose: 'sign-in' })
    const { searchParams } = new URL(url)
    expect(url).not.toContain(browser)
    expect(searchParams.get('code_challenge_method')).toBe('S256')
    expect(searchParams.get('code_challenge')).toMatch(/^[\w-]{43}$/)
    expect(searchParams.get('redirect_uri')).toBe(`${appUrl}/api/v1/auth/acme/callback`)
    const again = new URL((await kith.identities.begin('acme', { purpose: 'sign-in' })).url).searchParams
    for (const name of ['state', 'nonce', 'code_challenge'])
      expect(again.get(name)).not.toBe(searchParams.get(name))
  })
})

test.each(['//evil.example', '/\\evil.example', '/%2Fevil.example', 'https://evil.example', ''])(
  'refuses %j as a return path',
  async (returnTo) => {
    const { kith } = app()
    expect(await codeOf(kith.identities.begin('acme', { purpose: 'sign-in', returnTo }))).toBe(
      'invalid-input',
    )
  },
)

describe('linking', () => {
  async function registered(kith: Kith, username = 'ada'): Promise<Viewer> {
    return viewerIn(await kith.accounts.register({ username, email: `${username}@example.com`, password }))
  }

  test('requires a recent proof, notifies the owner, and opens the account from then on', async () => {
    const mailbox = createMailbox()
    const { kith, advance } = app({ messages: { email: mailbox } })
    const viewer = await registered(kith)
    advance(601)
    const link = { purpose: 'link' } as const
    expect(await codeOf(kith.identities.begin('acme', link, { viewer, client }))).toBe('proof-required')
    expect(await codeOf(kith.identities.begin('acme', link))).toBe('unauthenticated')
    await kith.sessions.prove(viewer, { password })
    expect(await finishAs(kith, 'second-ada', { viewer, returnTo: '/settings' })).toEqual({
      kind: 'linked',
      returnTo: '/settings',
    })
    await kith.settled()
    expect(mailbox.last('credential-added').content).toMatchObject({ kind: 'identity' })
    expect((await signInAs(kith, 'second-ada')).user.id).toBe(viewer.userId)
    expect(await finishAs(kith, 'second-ada', { viewer })).toMatchObject({ kind: 'linked' })
  })

  test('fails if the session that started it has ended', async () => {
    const { kith } = app()
    const viewer = await registered(kith)
    const trip = await goAs(kith, 'ada', { viewer })
    await kith.sessions.revoke(viewer, viewer.sessionId ?? '')
    expect(await codeOf(kith.identities.finish('acme', trip))).toBe('session-revoked')
    expect(await kith.credentials.list(viewer)).toEqual([])
  })

  test('is refused for an identity of another account', async () => {
    const { kith } = app()
    await signInAs(kith, 'grace')
    const viewer = await registered(kith)
    expect(await codeOf(finishAs(kith, 'grace', { viewer }))).toBe('credential-taken')
  })

  test('by email requires the option and verification on both sides, and never bypasses a second factor', async () => {
    const off = app()
    const ada = await registered(off.kith)
    await off.kith.accounts.verifyEmail(ada.userId)
    expect(await codeOf(signInAs(off.kith, 'ada'))).toBe('link-required')
    expect(await off.kith.credentials.list(ada)).toEqual([])

    const on = app({ accounts: { linkVerified: true } })
    const viewer = await registered(on.kith)
    await signUpAs(on.kith, 'unverified-ada', { username: 'ada2' })
    expect(await on.kith.credentials.list(viewer)).toEqual([])
    await on.kith.accounts.verifyEmail(viewer.userId)
    const signIn = await signInAs(on.kith, 'ada')
    expect([signIn.user.id, signIn.isNew]).toEqual([viewer.userId, false])

    const { token, secret } = await on.kith.factors.beginTotp(viewer)
    const code = new TOTP({ secret: Secret.fromBase32(secret) }).generate({
      timestamp: Date.parse('2026-01-01T00:00:00Z'),
    })
    await on.kith.factors.confirmTotp(viewer, { token, code })
    expect(await codeOf(signInAs(on.kith, 'second-ada'))).toBe('link-required')
  })

  test('can be undone, except for the last way in', async () => {
    const { kith } = app()
    const viewer = viewerIn(await signInAs(kith, 'ada'))
    const [only] = await kith.credentials.list(viewer)
    expect(await codeOf(kith.credentials.remove(viewer, only?.id ?? ''))).toBe('last-way-in')
    await finishAs(kith, 'ada', { viewer, provider: 'other' })
    await kith.credentials.remove(viewer, only?.id ?? '')
    expect(await codeOf(signInAs(kith, 'ada'))).toBe('link-required')
    expect((await signInAs(kith, 'ada', { provider: 'other' })).user.id).toBe(viewer.userId)
  })
})

test('an unconfigured provider is not found, whatever its name', async () => {
  const { kith } = app()
  for (const name of ['nobody', 'constructor', '__proto__'])
    expect(await codeOf(kith.identities.begin(name, { purpose: 'sign-in' }))).toBe('provider-not-found')
})

test('providers require the URL of the app', () => {
  expect(() => app({ publicUrl: '' })).toThrow('publicUrl')
})

describe('a provider that is killed or frozen', () => {
  test('is unavailable, with a time to retry, and waiting calls fail soon', { timeout: 60_000 }, async () => {
    const server = await startOidcServer()
    const { issuer, control } = server
    const make = (): Kith =>
      app({
        providers: { acme: oidc({ issuer, clientId: 'kith', clientSecret: 'a secret of the client' }) },
      }).kith
    try {
      const kith = make()
      const [first, second] = [await goAs(kith, 'ada'), await goAs(kith, 'ada')]
      await control.freeze()
      const began = performance.now()
      const refused = await kith.identities.finish('acme', first).catch((error: unknown) => error)
      expect(isRetryLater(refused) && [refused.code, refused.retryAfterSeconds]).toEqual([
        'provider-unavailable',
        30,
      ])
      expect(performance.now() - began).toBeLessThan(9_000)
      control.thaw()
      await control.kill()
      expect(await codeOf(kith.identities.finish('acme', second))).toBe('provider-unavailable')
      // Its metadata is cached, so this app still redirects; a new instance has none.
      await kith.identities.begin('acme', { purpose: 'sign-in' })
      const fresh = make()
      expect(await codeOf(fresh.identities.begin('acme', { purpose: 'sign-in' }))).toBe(
        'provider-unavailable',
      )
      await control.restart()
      expect(await codeOf(finishAs(fresh, 'ada'))).toBe('no error')
    } finally {
      await server.stop()
    }
  })
})
