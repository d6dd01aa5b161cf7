import { describe, expect, test } from 'vitest'
import { codeOf, createInstance } from '../../test/instance.ts'
import type { RegisterInput } from './account-inputs.ts'

const password = 'correct horse'

async function signedIn(overrides = {}) {
  const instance = createInstance(overrides)
  const { kith } = instance
  const signIn = await kith.accounts.register({
    username: 'ana',
    email: 'ana@example.com',
    password,
    name: 'Ana',
  })
  return {
    ...instance,
    ...kith,
    ...signIn,
    viewer: await kith.sessions.authenticate(signIn.tokens.accessToken),
  }
}

const fieldsOf = async (call: Promise<unknown>) =>
  await call.then(
    () => [],
    (error: { errors?: { path: string; code: string }[] }) =>
      error.errors?.map(({ path, code }) => `${path} ${code}`),
  )

describe('register', () => {
  test('answers the account without a trace of the password, normalised', async () => {
    const { kith } = createInstance()
    const { user } = await kith.accounts.register({
      username: 'Ana.B',
      email: ' ANA@Example.com',
      phone: '+49 151 1234567',
      password,
      name: '  Ana ',
      bio: 'first\nsecond',
    })
    expect(user).toEqual({
      avatar: expect.objectContaining({ width: 320 }) as object,
      cover: null,
      counts: { posts: 0, followers: 0, following: 0 },
      id: expect.any(String) as string,
      username: 'ana.b',
      email: 'ana@example.com',
      emailVerified: false,
      phone: '+491511234567',
      phoneVerified: false,
      name: 'Ana',
      bio: 'first\nsecond',
      createdAt: '2026-01-01T00:00:00.000Z',
    })
  })

  test('by username alone, or by e-mail alone, as the options say', async () => {
    const byName = createInstance({ accounts: { identifiers: { email: 'off', phone: 'off' } } }).kith.accounts
    expect((await byName.register({ username: 'ana', password })).user.username).toBe('ana')
    expect(await fieldsOf(byName.register({ email: 'ana@example.com', password }))).toEqual([
      'username required',
      'email unknown-field',
    ])

    const { kith } = createInstance({ accounts: { identifiers: { username: 'off', email: 'required' } } })
    expect((await kith.accounts.register({ email: 'ana@example.com', password })).user.username).toBeNull()
    expect(await fieldsOf(kith.accounts.register({ password }))).toEqual(['email required'])
    await kith.sessions.login({ login: 'ana@example.com', password })

    const either = createInstance({ accounts: { identifiers: { username: 'optional' } } }).kith.accounts
    expect(await fieldsOf(either.register({ password: 'short' }))).toEqual([
      'password too-short',
      'username required',
    ])
    await either.register({ email: 'ana@example.com', password })
  })

  test('names every wrong field at once', async () => {
    const { accounts } = createInstance().kith
    const input = {
      username: 'a!',
      email: 'x',
      phone: '1',
      password: 7,
      name: 'a\0',
      bio: '\uD800',
      age: 3,
      __proto__x: 1,
    }
    expect(await fieldsOf(accounts.register(input as never))).toEqual([
      'username too-short',
      'email malformed',
      'phone malformed',
      'name forbidden-character',
      'bio forbidden-character',
      'password wrong-type',
      'age unknown-field',
      '__proto__x unknown-field',
    ])
    expect(await fieldsOf(accounts.register({ username: [], password: ['x'] } as never))).toEqual([
      'username wrong-type',
      'password wrong-type',
    ])
    // U+0958 becomes two characters in form C.
    expect(
      await fieldsOf(accounts.register({ username: 'ana', password, name: '\u0958'.repeat(100) })),
    ).toEqual(['name too-long'])
    for (const input of [undefined, null, 'ana', 7, [], new Date()]) {
      expect(await codeOf(accounts.register(input as never)), String(input)).toBe('invalid-input')
    }
    expect(await fieldsOf(accounts.register({ username: 'admin', password: 'x'.repeat(257) }))).toEqual([
      'username reserved',
      'password too-long',
    ])
    expect(await fieldsOf(accounts.register({ username: 'ana_maria', password: 'Ana_Maria' }))).toEqual([
      'password too-easy',
    ])
  })

  test('texts of ten megabytes are refused in time that grows with nothing but their length', async () => {
    const { accounts } = createInstance().kith
    const huge = 'ａ'.repeat(10_000_000)
    const input = {
      username: huge,
      email: huge,
      phone: huge,
      password: huge,
      name: huge,
      bio: huge,
      deviceName: huge,
    }
    const started = performance.now()
    expect(await codeOf(accounts.register(input))).toBe('invalid-input')
    // About 15 ms a field on an idle machine; what grows with the square of the length would take hours.
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  test('of 20 at once with look-alike names one is created', async () => {
    const { kith } = createInstance()
    const names = ['ana', 'ANA', 'ａｎａ', 'Ａna']
    const codes = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        codeOf(kith.accounts.register({ username: names[index % 4], password })),
      ),
    )
    expect(codes.filter((code) => code === 'no error')).toHaveLength(1)
    expect(codes.filter((code) => code === 'identifier-taken')).toHaveLength(19)
  })

  test('a taken identifier is named only where options allow it', async () => {
    const input: RegisterInput = { username: 'ana', email: 'ana@example.com', password }
    const { accounts } = await signedIn()
    const error = await accounts
      .register({ ...input, email: 'free@example.com' })
      .catch((thrown: unknown) => thrown)
    expect(error).toEqual(
      await accounts.register({ ...input, username: 'free' }).catch((thrown: unknown) => thrown),
    )
    expect(error).not.toHaveProperty('errors')

    const revealing = await signedIn({ accounts: { revealTaken: true } })
    expect(await fieldsOf(revealing.accounts.register(input))).toEqual(['username taken', 'email taken'])
  })
})

describe('edit', () => {
  test('changes what is given and nothing else', async () => {
    const { accounts, viewer, user } = await signedIn()
    expect(await accounts.edit(viewer, { bio: 'hello' })).toEqual({ ...user, bio: 'hello' })
    expect(await accounts.edit(viewer, {})).toEqual({ ...user, bio: 'hello' })
    expect((await accounts.edit(viewer, { username: 'Ana_2' })).id).toBe(user.id)
    expect(await accounts.find('ana_2')).toMatchObject({ id: user.id })
    expect(await accounts.find('ana')).toBeNull()
  })

  test('an address needs the password, and loses its verification', async () => {
    const { accounts, viewer, options } = await signedIn()
    await options.storage.users.update(viewer.userId, { emailVerifiedAt: new Date() })
    expect(await fieldsOf(accounts.edit(viewer, { email: 'new@example.com' }))).toEqual([
      'currentPassword required',
    ])
    expect(await codeOf(accounts.edit(viewer, { email: 'new@example.com', currentPassword: 'wrong' }))).toBe(
      'wrong-password',
    )
    expect(
      await accounts.edit(viewer, { email: 'ana@example.com', currentPassword: password }),
    ).toMatchObject({ emailVerified: true })
    expect(
      await accounts.edit(viewer, { email: 'new@example.com', currentPassword: password }),
    ).toMatchObject({
      email: 'new@example.com',
      emailVerified: false,
    })
    expect(await accounts.edit(viewer, { email: null, currentPassword: password })).toMatchObject({
      email: null,
    })
  })

  test('a taken name is refused and one cannot lose the last login', async () => {
    const { accounts, viewer } = await signedIn({ accounts: { identifiers: { username: 'optional' } } })
    await accounts.register({ username: 'ben', password })
    expect(await codeOf(accounts.edit(viewer, { username: 'BEN' }))).toBe('identifier-taken')
    const mail = await accounts.register({ email: 'only@example.com', password })
    const onlyMail = { userId: mail.user.id, sessionId: mail.session.id }
    expect((await accounts.edit(viewer, { username: null })).username).toBeNull()
    expect(await fieldsOf(accounts.edit(onlyMail, { email: null, currentPassword: password }))).toEqual([
      'email required',
    ])
  })

  test('of two parallel edits that would take both logins away one fails, and changes nothing', async () => {
    const { accounts } = await signedIn({ accounts: { identifiers: { username: 'optional' } } })
    const input = { username: 'both', email: 'both@example.com', bio: 'before', password }
    const { user, session } = await accounts.register(input)
    const viewer = { userId: user.id, sessionId: session.id }
    const answers = await Promise.allSettled([
      accounts.edit(viewer, { email: null, bio: 'after', currentPassword: password }),
      accounts.edit(viewer, { username: null }),
    ])
    expect(answers).toMatchObject([
      {
        status: 'rejected',
        reason: { code: 'invalid-input', errors: [{ path: 'email', code: 'required' }] },
      },
      { status: 'fulfilled', value: { username: null } },
    ])
    expect(await accounts.me(viewer)).toMatchObject({ username: null, email: input.email, bio: 'before' })
  })

  test('parallel edits of different fields all hold', async () => {
    const { accounts, viewer } = await signedIn()
    await Promise.all([
      accounts.edit(viewer, { name: 'N' }),
      accounts.edit(viewer, { bio: 'B' }),
      accounts.edit(viewer, { username: 'uuu' }),
    ])
    expect(await accounts.me(viewer)).toMatchObject({ name: 'N', bio: 'B', username: 'uuu' })
  })
})

describe('change of password', () => {
  test('ends every session, and opens a fresh one for who asked; the old password is dead', async () => {
    const { accounts, sessions, viewer, tokens } = await signedIn()
    const other = await sessions.login({ login: 'ana', password })
    const change = { currentPassword: password, newPassword: 'battery staple' }
    const fresh = await accounts.changePassword(viewer, change)
    for (const ended of [tokens, other.tokens]) {
      expect(await codeOf(sessions.authenticate(ended.accessToken))).toBe('session-revoked')
      expect(await codeOf(sessions.refresh(ended.refreshToken))).toBe('session-revoked')
    }
    const asker = await sessions.authenticate(fresh.tokens.accessToken)
    expect(asker).toMatchObject({ userId: viewer.userId, sessionId: fresh.session.id })
    await sessions.refresh(fresh.tokens.refreshToken)
    expect((await sessions.list(asker)).items).toMatchObject([{ id: fresh.session.id }])
    expect(await codeOf(sessions.login({ login: 'ana', password }))).toBe('invalid-credentials')
    await sessions.login({ login: 'ana', password: 'battery staple' })
  })

  test('needs the current password', async () => {
    const { accounts, viewer } = await signedIn()
    const change = { currentPassword: 'wrong', newPassword: 'battery staple' }
    expect(await codeOf(accounts.changePassword(viewer, change))).toBe('wrong-password')
  })

  test('of 10 at once one holds', async () => {
    const { accounts, sessions, viewer } = await signedIn()
    const codes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        codeOf(
          accounts.changePassword(viewer, {
            currentPassword: password,
            newPassword: `new password ${index}`,
          }),
        ),
      ),
    )
    const winner = codes.indexOf('no error')
    expect(codes.filter((code) => code === 'no error')).toHaveLength(1)
    await sessions.login({ login: 'ana', password: `new password ${winner}` })
  })
})

describe('deletion', () => {
  test('takes the account out of everything at once and frees its names', async () => {
    const { accounts, sessions, viewer, tokens, options } = await signedIn()
    expect(await codeOf(accounts.delete(viewer, { password: 'wrong' }))).toBe('wrong-password')
    await accounts.delete(viewer, { password })
    expect(await codeOf(sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
    expect(await codeOf(sessions.refresh(tokens.refreshToken))).toBe('session-revoked')
    expect(await codeOf(sessions.login({ login: 'ana', password }))).toBe('invalid-credentials')
    expect(await codeOf(accounts.me(viewer))).toBe('unauthenticated')
    expect(await accounts.find('ana')).toBeNull()
    expect(await options.storage.users.toPurge(new Date('2026-01-01T00:59:59.999Z'), 10)).toEqual([])
    await accounts.register({ username: 'ana', email: 'ana@example.com', password })
  })

  test('that was cut off is finished by upkeep', async () => {
    const { upkeep, sessions, viewer, options, tokens, advance } = await signedIn()
    const { users, sessions: stored } = options.storage
    const anHourLater = new Date('2026-01-01T01:00:00Z')
    await users.markDeleted(viewer.userId, new Date('2026-01-01T00:00:00Z'))
    expect(await upkeep.run()).toEqual({ accounts: 1, posts: 0, media: 0, sessions: 1, failed: [] })
    expect(await users.toPurge(anHourLater, 10)).toEqual([{ id: viewer.userId, purged: true }])
    expect(await stored.byId(viewer.sessionId)).toBeNull()
    expect(await codeOf(sessions.refresh(tokens.refreshToken))).toBe('session-revoked')
    for (const seconds of [0, 3600]) {
      advance(seconds)
      expect(await upkeep.run()).toEqual({ accounts: 0, posts: 0, media: 0, sessions: 0, failed: [] })
    }
    expect(await users.toPurge(anHourLater, 10)).toEqual([])
  })
})

test('ban and unban of nobody say so', async () => {
  const { accounts } = createInstance().kith
  expect(await codeOf(accounts.ban('nobody'))).toBe('account-not-found')
  expect(await codeOf(accounts.unban('nobody'))).toBe('account-not-found')
})
