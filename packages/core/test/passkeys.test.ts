import { inspect } from 'node:util'
import {
  isPasskeyUnknown,
  isSecondFactorRequired,
  type Kith,
  type KithOptions,
  type PasskeyRequestOptions,
  type Policies,
  type SignIn,
  type Viewer,
} from '@kith/core'
import { createPasskeys } from '@kith/core/passkeys'
import { Secret, TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { codeOf, createInstance, type Instance } from './instance.ts'
import { createMailbox } from './mailbox.ts'
import { createAuthenticator, type Deviation, type SoftwareAuthenticator } from './software-authenticator.ts'

const password = 'correct horse'
const origin = 'https://app.example.com'
const [rpId, rpName] = ['example.com', 'Example']
const client = { address: '192.0.2.1', userAgent: 'Test/1' }
const related = 'https://example.net'
const passkeys = createPasskeys({ rpId, rpName, origins: [origin, related] })
const onePassword = 'bada5566-a7aa-401f-bd96-45619a55120d'

interface Owner extends Instance {
  viewer: Viewer
  registered: SignIn
  device: SoftwareAuthenticator
}

function viewerOf({ user, session }: SignIn): Viewer {
  return { userId: user.id, sessionId: session.id }
}

async function add(kith: Kith, viewer: Viewer, device: SoftwareAuthenticator): Promise<string> {
  const { token, options } = await kith.passkeys.beginAdd(viewer)
  return (await kith.passkeys.confirmAdd(viewer, { token, response: device.create(options) }, client)).id
}

/** An account with a password and a passkey. */
async function owner(options: Partial<KithOptions> = {}, model: { syncs?: boolean } = {}): Promise<Owner> {
  const made = createInstance({ passkeys, ...options })
  const registered = await made.kith.accounts.register({ username: 'ada', password, name: 'Ada' }, client)
  const device = createAuthenticator({ origin, ...model })
  await add(made.kith, viewerOf(registered), device)
  return { ...made, viewer: viewerOf(registered), registered, device }
}

async function login(kith: Kith, device: SoftwareAuthenticator, deviation?: Deviation): Promise<SignIn> {
  const { token, options } = await kith.passkeys.beginLogin(client)
  return await kith.passkeys.login({ token, response: device.get(options, deviation) }, client)
}

describe('adding a passkey', () => {
  test('it is listed with its authenticator, can be renamed, and the owner is notified', async () => {
    const mailbox = createMailbox()
    const { kith } = createInstance({ passkeys, messages: { email: mailbox } })
    const registered = await kith.accounts.register({ username: 'ada', email: 'ada@example.com', password })
    const viewer = viewerOf(registered)
    const device = createAuthenticator({ origin, aaguid: onePassword, syncs: true })
    const { token, options } = await kith.passkeys.beginAdd(viewer)
    expect(options).toMatchObject({
      rp: { id: rpId, name: rpName },
      user: { name: 'ada', displayName: 'ada' },
      authenticatorSelection: { residentKey: 'required', userVerification: 'required' },
      excludeCredentials: [],
    })
    expect(Buffer.from(options.user.id, 'base64url').toString()).toBe(viewer.userId)
    const response = device.create(options)
    const added = await kith.passkeys.confirmAdd(viewer, { token, response }, client)
    expect(added).toMatchObject({
      kind: 'passkey',
      name: '1Password',
      authenticator: '1Password',
      synced: true,
    })
    await kith.credentials.rename(viewer, added.id, { name: 'Mine' })
    expect(await kith.credentials.list(viewer)).toEqual([{ ...added, name: 'Mine' }])
    await kith.settled()
    expect(mailbox.last('credential-added').content).toMatchObject({ kind: 'passkey', name: '1Password' })
    const again = await kith.passkeys.beginAdd(viewer)
    expect(again.options.excludeCredentials).toEqual([
      { type: 'public-key', id: device.ids[0], transports: ['internal'] },
    ])
  })

  test('it belongs to the session that started, works once, and requires a fresh proof', async () => {
    const { kith, viewer, device, advance } = await owner()
    const { token, options } = await kith.passkeys.beginAdd(viewer)
    const response = device.create(options)
    const other = viewerOf(await kith.sessions.login({ login: 'ada', password }, client))
    expect(await codeOf(kith.passkeys.confirmAdd(other, { token, response }))).toBe('code-invalid')
    const second = await kith.passkeys.beginAdd(viewer)
    const made = { token: second.token, response: device.create(second.options) }
    await kith.passkeys.confirmAdd(viewer, made)
    expect(await codeOf(kith.passkeys.confirmAdd(viewer, made))).toBe('code-invalid')
    advance(601)
    expect(await codeOf(kith.passkeys.beginAdd(viewer))).toBe('proof-required')
  })

  test('a passkey of one account cannot be added to another', async () => {
    const { kith, device } = await owner()
    const eve = viewerOf(await kith.accounts.register({ username: 'eve', password }))
    const { token, options } = await kith.passkeys.beginAdd(eve)
    const own = device.create(options)
    await kith.passkeys.confirmAdd(eve, { token, response: own })
    const mallory = viewerOf(await kith.accounts.register({ username: 'mallory', password }))
    const begun = await kith.passkeys.beginAdd(mallory)
    const { clientDataJSON } = device.create(begun.options).response
    const copied = { ...own, response: { ...own.response, clientDataJSON } }
    const confirming = kith.passkeys.confirmAdd(mallory, { token: begun.token, response: copied })
    expect(await codeOf(confirming)).toBe('credential-taken')
  })

  test.each<[string, Deviation]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another domain', { rpId: 'evil.example' }],
    ['another challenge', { challenge: Buffer.alloc(32).toString('base64url') }],
    ['an assertion', { type: 'webauthn.get' }],
    ['a cross-origin frame', { crossOrigin: true }],
    ['no user presence', { userPresent: false }],
    ['no user verification', { userVerified: false }],
  ])('refuses %s', async (_what, deviation) => {
    const { kith, viewer, device } = await owner()
    const { token, options } = await kith.passkeys.beginAdd(viewer)
    const response = device.create(options, deviation)
    expect(await codeOf(kith.passkeys.confirmAdd(viewer, { token, response }))).toBe('passkey-invalid')
    expect(await kith.credentials.list(viewer)).toHaveLength(1)
  })

  test('refuses an id other than the signed one, and a response that is not a passkey', async () => {
    const { kith, viewer, device } = await owner()
    for (const change of [
      { id: 'AAAA', rawId: 'AAAA' },
      { response: { clientDataJSON: 'AAAA', attestationObject: 'AAAA' } },
    ]) {
      const { token, options } = await kith.passkeys.beginAdd(viewer)
      const response = { ...device.create(options), ...change }
      expect(await codeOf(kith.passkeys.confirmAdd(viewer, { token, response }))).toBe('passkey-invalid')
    }
    const { token } = await kith.passkeys.beginAdd(viewer)
    expect(await codeOf(kith.passkeys.confirmAdd(viewer, { token, response: {} as never }))).toBe(
      'invalid-input',
    )
  })

  test('a browser can create one automatically only after a password, and without user verification', async () => {
    const { kith, device, registered, viewer } = await owner()
    const { token, options } = await kith.passkeys.beginAdd(viewer, { conditional: true })
    expect(options.authenticatorSelection.userVerification).toBe('preferred')
    const response = device.create(options, { userPresent: false, userVerified: false })
    await kith.passkeys.confirmAdd(viewer, { token, response })
    const byPasskey = viewerOf(await login(kith, device))
    expect(byPasskey.userId).toBe(registered.user.id)
    expect(await codeOf(kith.passkeys.beginAdd(byPasskey, { conditional: true }))).toBe('proof-required')
    await kith.passkeys.beginAdd(byPasskey)
  })

  test('an account has at most thirty', async () => {
    const { kith, viewer, device } = await owner({ limits: { codeByAddress: [] } })
    for (let count = 1; count < 30; count++) await add(kith, viewer, device)
    expect(await codeOf(add(kith, viewer, device))).toBe('too-many-credentials')
  })
})

describe('signing in', () => {
  // asvs: 6.3.3
  test('works without a username, with what the browser finds, and asks for no second factor', async () => {
    const { kith, device, viewer, options: made } = await owner()
    const { options } = await kith.passkeys.beginLogin()
    expect(options).toMatchObject({ rpId, allowCredentials: [], userVerification: 'required' })
    const { token, secret } = await kith.factors.beginTotp(viewer)
    const totp = new TOTP({ secret: Secret.fromBase32(secret) })
    const code = totp.generate({ timestamp: Date.parse('2026-01-01T00:00:00Z') })
    await kith.factors.confirmTotp(viewer, { token, code })
    const { user, session } = await login(kith, device)
    expect(user.id).toBe(viewer.userId)
    const stored = await made.storage.sessions.byId(session.id)
    expect(stored?.methods).toEqual(['hwk', 'user', 'mfa'])
    expect((await kith.credentials.list(viewer))[0]?.lastUsedAt).toBe('2026-01-01T00:00:00.000Z')
  })

  test('a synced passkey counts as software; related origins are accepted', async () => {
    const { kith, device, options } = await owner({}, { syncs: true })
    const { session } = await login(kith, device, { origin: related })
    expect((await options.storage.sessions.byId(session.id))?.methods).toEqual(['swk', 'user', 'mfa'])
    await login(kith, device)
    expect(kith.passkeys.relatedOrigins()).toEqual({ origins: [origin, related] })
  })

  test.each<[string, Deviation]>([
    ['another origin', { origin: 'https://evil.example' }],
    ['another domain', { rpId: 'evil.example' }],
    ['another challenge', { challenge: Buffer.alloc(32).toString('base64url') }],
    ['a creation', { type: 'webauthn.create' }],
    ['a cross-origin frame', { crossOrigin: true }],
    ['no user presence', { userPresent: false }],
    ['no user verification', { userVerified: false }],
    ['another key', { forged: true }],
    ['another account', { userHandle: Buffer.from('somebody else').toString('base64url') }],
    ['no account', { userHandle: null }],
    ['a key that suddenly can be synced', { syncable: true }],
  ])('refuses %s', async (_what, deviation) => {
    const { kith, device, viewer } = await owner()
    expect(await codeOf(login(kith, device, deviation))).toBe('passkey-invalid')
    expect((await kith.sessions.list(viewer)).items).toHaveLength(1)
    await login(kith, device)
  })

  test('no challenge appears in an error, whatever is wrong', async () => {
    const { kith, device } = await owner()
    const { token, options } = await kith.passkeys.beginLogin()
    const challenge = Buffer.alloc(32, 7).toString('base64url')
    const response = device.get(options, { challenge })
    const refused = await kith.passkeys.login({ token, response }).catch((error: unknown) => error)
    const told = inspect(refused, { depth: 5 })
    expect(told).toContain('passkey-invalid')
    for (const secret of [challenge, options.challenge, token]) expect(told).not.toContain(secret)
  })

  test('a passkey that is removed during a sign-in opens no session', async () => {
    const made = await owner()
    const { kith, device, viewer, options } = made
    const [{ id = '' } = {}] = await kith.credentials.list(viewer)
    const policies: Policies = {
      'session.open': async () => {
        await kith.credentials.remove(viewer, id)
        return undefined
      },
    }
    const second = createInstance({ ...options, policies }).kith
    expect(await codeOf(login(second, device))).toBe('passkey-invalid')
    expect((await kith.sessions.list(viewer)).items).toHaveLength(1)
  })

  test('a challenge works once, for ten minutes, and for its own purpose', async () => {
    const { kith, device, viewer, advance } = await owner()
    const { token, options } = await kith.passkeys.beginLogin()
    const response = device.get(options)
    await kith.passkeys.login({ token, response })
    expect(await codeOf(kith.passkeys.login({ token, response }))).toBe('code-invalid')
    const fresh = await kith.passkeys.beginLogin()
    expect(await codeOf(kith.passkeys.login({ token: fresh.token, response }))).toBe('passkey-invalid')
    const late = await kith.passkeys.beginLogin()
    advance(600)
    const answer = { token: late.token, response: device.get(late.options) }
    expect(await codeOf(kith.passkeys.login(answer))).toBe('code-invalid')
    const proof = await kith.passkeys.beginProve(viewer)
    const proving = { token: proof.token, response: device.get(proof.options) }
    expect(await codeOf(kith.passkeys.login(proving))).toBe('code-invalid')
  })

  test('of 20 concurrent calls with one assertion, one signs in', async () => {
    const { kith, device, viewer } = await owner()
    const { token, options } = await kith.passkeys.beginLogin()
    const response = device.get(options)
    const calls = Array.from({ length: 20 }, () => codeOf(kith.passkeys.login({ token, response })))
    const codes = await Promise.all(calls)
    expect(codes.filter((code) => code === 'no error')).toHaveLength(1)
    expect((await kith.sessions.list(viewer)).items).toHaveLength(2)
  })

  test('concurrent sign-ins with one passkey do not interfere', async () => {
    const { kith, device } = await owner({}, { syncs: true })
    const made = await Promise.all(Array.from({ length: 10 }, () => kith.passkeys.beginLogin()))
    const codes = await Promise.all(
      made.map(({ token, options }) => codeOf(kith.passkeys.login({ token, response: device.get(options) }))),
    )
    expect(codes).toEqual(Array<string>(10).fill('no error'))
  })

  test('a counter that does not increase is refused and reported', async () => {
    const { kith, device, viewer } = await owner()
    const suspected: unknown[] = []
    kith.events.on('passkey.copy-suspected', (event) => void suspected.push(event))
    await login(kith, device, { counter: 7 })
    for (const counter of [7, 6, 0])
      expect(await codeOf(login(kith, device, { counter }))).toBe('passkey-invalid')
    const [{ id = '' } = {}] = await kith.credentials.list(viewer)
    expect(suspected).toHaveLength(3)
    expect(suspected[0]).toMatchObject({ userId: viewer.userId, credentialId: id, address: '192.0.2.1' })
    await login(kith, device, { counter: 8 })
  })

  test('for a removed passkey only its id is reported, for the password manager', async () => {
    const { kith, device, viewer } = await owner()
    const [{ id = '' } = {}] = await kith.credentials.list(viewer)
    await kith.credentials.remove(viewer, id)
    const refused = await login(kith, device).catch((error: unknown) => error)
    expect(isPasskeyUnknown(refused) && refused.unknownCredential).toEqual({
      rpId,
      credentialId: device.ids[0],
    })
  })

  test('a deleted account has none; a banned one gets that error, but only with the right passkey', async () => {
    const { kith, device, viewer } = await owner()
    await kith.accounts.ban(viewer.userId, { reason: 'Spam' })
    expect(await codeOf(login(kith, device))).toBe('account-banned')
    expect(await codeOf(login(kith, device, { forged: true }))).toBe('passkey-invalid')
    await kith.accounts.unban(viewer.userId)
    await login(kith, device)
    await kith.accounts.remove(viewer.userId)
    expect(await codeOf(login(kith, device))).toBe('passkey-unknown')
  })

  test('sign-in pages are limited by IP address, and without the option nothing is available', async () => {
    const { kith } = createInstance({ passkeys })
    for (let visit = 0; visit < 60; visit++) await kith.passkeys.beginLogin(client)
    expect(await codeOf(kith.passkeys.beginLogin(client))).toBe('rate-limited')
    const without = createInstance().kith
    expect(await codeOf(without.passkeys.beginLogin())).toBe('not-configured')
    expect(() => without.passkeys.relatedOrigins()).toThrow('not enabled')
  })
})

describe('registering with a passkey', () => {
  async function register(kith: Kith, device: SoftwareAuthenticator, username = 'ada'): Promise<SignIn> {
    const { token, options } = await kith.passkeys.beginRegister({ username, name: 'Ada' }, client)
    return await kith.passkeys.register({ token, response: device.create(options) }, client)
  }

  test('the account has no password, and its last way in cannot be removed', async () => {
    const { kith, options } = createInstance({ passkeys })
    const events: string[] = []
    kith.events.on('account.registered', ({ userId }) => void events.push(userId))
    const device = createAuthenticator({ origin })
    const registered = await register(kith, device)
    const viewer = viewerOf(registered)
    expect(registered.user).toMatchObject({ username: 'ada', name: 'Ada' })
    expect(events).toEqual([viewer.userId])
    expect((await options.storage.users.byId(viewer.userId))?.passwordHash).toBeNull()
    expect((await login(kith, device)).user.id).toBe(viewer.userId)
    const [{ id = '' } = {}] = await kith.credentials.list(viewer)
    expect(await codeOf(kith.credentials.remove(viewer, id))).toBe('last-way-in')
    await add(kith, viewer, device)
    await kith.credentials.remove(viewer, id)
    expect((await login(kith, device)).user.id).toBe(viewer.userId)
  })

  test('a taken username is reported before a passkey is created; of two concurrent registrations one succeeds', async () => {
    const { kith } = createInstance({ passkeys })
    const device = createAuthenticator({ origin })
    const begun = [await begin(), await begin()]
    const codes = await Promise.all(
      begun.map(({ token, options }) =>
        codeOf(kith.passkeys.register({ token, response: device.create(options) })),
      ),
    )
    expect(codes.sort()).toEqual(['identifier-taken', 'no error'])
    await kith.settled()
    expect((await kith.accounts.list()).items).toHaveLength(1)
    expect(await codeOf(begin())).toBe('identifier-taken')
    async function begin(): ReturnType<Kith['passkeys']['beginRegister']> {
      return await kith.passkeys.beginRegister({ username: 'ada' })
    }
  })

  test.each(['create', 'add'] as const)(
    'if the process dies after "%s", the username stays free',
    async (last) => {
      const { options } = createInstance({ passkeys })
      const { storage } = options
      const dying = {
        ...storage,
        ...(last === 'create'
          ? { users: dyingAfter(storage.users, last) }
          : { credentials: dyingAfter(storage.credentials, last) }),
      }
      const { kith } = createInstance({ ...options, storage: dying })
      const device = createAuthenticator({ origin })
      await expect(register(kith, device)).rejects.toThrow('killed')
      const after = createInstance({ ...options, storage }).kith
      const again = await register(after, createAuthenticator({ origin }))
      expect(again.user.username).toBe('ada')
    },
  )

  test('it is not available if email addresses are confirmed', async () => {
    const { kith } = createInstance({
      passkeys,
      accounts: { confirm: 'email', identifiers: { email: 'required' } },
      messages: { email: createMailbox() },
    })
    const beginning = kith.passkeys.beginRegister({ username: 'ada', email: 'ada@example.com' })
    expect(await codeOf(beginning)).toBe('not-configured')
  })

  test('input is validated like that of any registration, without a password', async () => {
    const { kith } = createInstance({ passkeys })
    expect(await codeOf(kith.passkeys.beginRegister({ username: 'a b' }))).toBe('invalid-input')
    const withPassword = { username: 'ada', password } as never
    expect(await codeOf(kith.passkeys.beginRegister(withPassword))).toBe('invalid-input')
  })
})

/** A store whose process dies right after a verb. */
function dyingAfter<Store extends object>(store: Store, verb: keyof Store): Store {
  return new Proxy(store, {
    get(target, name) {
      const member: unknown = Reflect.get(target, name)
      if (name !== verb || typeof member !== 'function') return member
      return async (...args: unknown[]) => {
        await Reflect.apply(member, target, args)
        throw new Error('killed')
      }
    },
  })
}

describe('proving with a passkey', () => {
  async function withApp(): Promise<Owner> {
    const made = await owner()
    const { token, secret } = await made.kith.factors.beginTotp(made.viewer)
    const totp = new TOTP({ secret: Secret.fromBase32(secret) })
    const code = totp.generate({ timestamp: Date.parse('2026-01-01T00:00:00Z') })
    await made.kith.factors.confirmTotp(made.viewer, { token, code })
    return made
  }

  async function challenge(kith: Kith): Promise<{ token: string; passkey: PasskeyRequestOptions }> {
    const refused = await kith.sessions
      .login({ login: 'ada', password }, client)
      .catch((error: unknown) => error)
    if (!isSecondFactorRequired(refused) || !refused.challenge.passkey) throw refused
    expect(refused.challenge.factors).toEqual(['totp', 'recovery-code', 'passkey'])
    const { token, passkey } = refused.challenge
    return { token, passkey }
  }

  test('it works once as the second factor of its own account', async () => {
    const { kith, device, viewer, options } = await withApp()
    const { token, passkey } = await challenge(kith)
    expect(passkey.allowCredentials.map(({ id }) => id)).toEqual(device.ids)
    expect(token).not.toContain(passkey.challenge)
    const input = { challenge: token, passkey: device.get(passkey) }
    const { user, session } = await kith.sessions.loginByFactor(input, client)
    expect(user.id).toBe(viewer.userId)
    expect((await options.storage.sessions.byId(session.id))?.methods).toEqual(['pwd', 'hwk', 'mfa'])
    expect(await codeOf(kith.sessions.loginByFactor(input, client))).toBe('code-invalid')
  })

  test('one of another account, for another challenge, or forged is refused', async () => {
    const { kith, device } = await withApp()
    const eve = viewerOf(await kith.accounts.register({ username: 'eve', password }))
    const other = createAuthenticator({ origin })
    await add(kith, eve, other)
    const { token, passkey } = await challenge(kith)
    const second = await challenge(kith)
    const open = { ...passkey, allowCredentials: [] }
    for (const given of [
      other.get(open),
      other.get(open, { userHandle: null }),
      device.get(second.passkey),
      device.get(passkey, { forged: true }),
    ])
      await expect(kith.sessions.loginByFactor({ challenge: token, passkey: given })).rejects.toMatchObject({
        code: 'factor-invalid',
        cause: { code: 'passkey-invalid' },
      })
    const both = { challenge: token, passkey: device.get(passkey), code: '123456' }
    expect(await codeOf(kith.sessions.loginByFactor(both))).toBe('invalid-input')
  })

  test('it is asked for only if the account has one and the app accepts passkeys', async () => {
    const { kith, device, viewer, options } = await withApp()
    const { passkey } = await challenge(kith)
    const asked = async (by: Kith) => {
      const refused = await by.sessions.login({ login: 'ada', password }).catch((error: unknown) => error)
      if (!isSecondFactorRequired(refused)) throw refused
      return refused.challenge
    }
    const without = createInstance({ ...options, passkeys: undefined }).kith
    const inApp = await asked(without)
    expect(inApp.factors).toEqual(['totp', 'recovery-code'])
    const given = { challenge: inApp.token, passkey: device.get(passkey) }
    expect(await codeOf(without.sessions.loginByFactor(given))).toBe('not-configured')
    const [{ id = '' } = {}] = await kith.credentials.list(viewer)
    await kith.credentials.remove(viewer, id)
    expect(await asked(kith)).not.toHaveProperty('passkey')
  })

  test('if it is removed, recovery codes that were made without an app stay', async () => {
    const { kith, viewer } = await owner()
    await kith.factors.renewRecoveryCodes(viewer)
    const [{ id = '' } = {}] = await kith.credentials.list(viewer)
    await kith.credentials.remove(viewer, id)
    expect((await kith.credentials.list(viewer)).map(({ kind }) => kind)).toEqual(['recovery-codes'])
  })

  test('it proves only the session that asked for the proof', async () => {
    const { kith, device, viewer, advance, options: made } = await owner()
    advance(601)
    expect(await codeOf(kith.sessions.requireFresh(viewer))).toBe('proof-required')
    const other = viewerOf(await login(kith, device))
    const stolen = await kith.passkeys.beginProve(other)
    const wrong = { token: stolen.token, response: device.get(stolen.options) }
    expect(await codeOf(kith.sessions.prove(viewer, { passkey: wrong }))).toBe('code-invalid')
    const { token, options } = await kith.passkeys.beginProve(viewer)
    expect(options.allowCredentials).toHaveLength(1)
    const passkey = { token, response: device.get(options) }
    await kith.sessions.prove(viewer, { passkey })
    await kith.sessions.requireFresh(viewer)
    expect((await made.storage.sessions.byId(viewer.sessionId ?? ''))?.methods).toEqual(['pwd', 'hwk'])
    expect(await codeOf(kith.sessions.prove(viewer, { passkey }))).toBe('code-invalid')
  })
})

describe('what browsers get', () => {
  test('the signals contain the current passkeys and names of the account', async () => {
    const { kith, viewer, device } = await owner()
    const userId = Buffer.from(viewer.userId).toString('base64url')
    await add(kith, viewer, device)
    await kith.accounts.edit(viewer, { name: 'Ada Lovelace' })
    expect(await kith.passkeys.signals(viewer)).toEqual({
      allAcceptedCredentials: { rpId, userId, allAcceptedCredentialIds: device.ids },
      currentUserDetails: { rpId, userId, name: 'ada', displayName: 'Ada Lovelace' },
    })
  })

  test('Android apps are not related origins', () => {
    const android = 'android:apk-key-hash:2jmj7l5rSw0yVb-vlWAYkK-YBwk'
    const { kith } = createInstance({
      passkeys: createPasskeys({ rpId, rpName, origins: [origin, android] }),
    })
    expect(kith.passkeys.relatedOrigins()).toEqual({ origins: [origin] })
  })

  test.each([
    [{ rpId: 'Example.com' }, 'rpId'],
    [{ rpId: 'https://example.com' }, 'rpId'],
    [{ rpName: '' }, 'rpName'],
    [{ origins: [] }, 'origins'],
    [{ origins: ['http://app.example.com'] }, 'is not an origin'],
    [{ origins: ['https://app.example.com/'] }, 'is not an origin'],
    [{ origins: ['https://notexample.com'] }, 'none is of example.com'],
  ])('invalid options are rejected: %j', (wrong, says) => {
    expect(() => createPasskeys({ rpId, rpName, origins: [origin], ...wrong })).toThrow(says)
  })
})
