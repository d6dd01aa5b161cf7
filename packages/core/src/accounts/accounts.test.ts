import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { cheapHashing, codeOf, createInstance } from '../../test/instance.ts'
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
  test('returns the account, normalized, without any trace of the password', async () => {
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
      id: expect.any(String) as string,
      username: 'ana.b',
      email: 'ana@example.com',
      emailVerified: false,
      phone: '+491511234567',
      phoneVerified: false,
      role: 'member',
      name: 'Ana',
      bio: 'first\nsecond',
      createdAt: '2026-01-01T00:00:00.000Z',
    })
  })

  test('requires a username, an email or both, as the options say', async () => {
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

  test('reports every invalid field in one error', async () => {
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
    for (const name of ['\u202eana', 'a\u200bna', '\u3164', 'a\u2028b'])
      expect(await fieldsOf(accounts.register({ username: 'ana', password, name, bio: name }))).toEqual([
        'name forbidden-character',
        'bio forbidden-character',
      ])
    expect(await fieldsOf(accounts.register({ username: 'ana', password, name: '\u0301' }))).toEqual([
      'name blank',
    ])
    for (const input of [undefined, null, 'ana', 7, [], new Date()]) {
      expect(await codeOf(accounts.register(input as never)), String(input)).toBe('invalid-input')
    }
    expect(await fieldsOf(accounts.register({ username: 'admin', password: 'x'.repeat(257) }))).toEqual([
      'username reserved',
      'password too-long',
    ])
    expect(
      await fieldsOf(accounts.register({ username: 'ana_lindqvist', password: 'Ana_Lindqvist' })),
    ).toEqual(['password too-easy'])
  })

  test('refuses ten-megabyte strings in time linear in their length', async () => {
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
    // About 15 ms per field on an idle machine; quadratic time would take hours.
    expect(performance.now() - started).toBeLessThan(10_000)
  })

  test('creates one account for 20 concurrent look-alike names', async () => {
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

  test('names the taken identifier only if the options allow it', async () => {
    const input: RegisterInput = { username: 'ana', email: 'ana@example.com', password }
    const { accounts } = await signedIn()
    const error = await accounts
      .register({ ...input, email: 'free@example.com' })
      .catch((thrown: unknown) => thrown)
    expect(error).toEqual(
      await accounts.register({ ...input, username: 'free' }).catch((thrown: unknown) => thrown),
    )
    expect(error).toMatchObject({ errors: [] })

    const revealing = await signedIn({ accounts: { revealTaken: true } })
    expect(await fieldsOf(revealing.accounts.register(input))).toEqual(['username taken', 'email taken'])
    const message = 'This is already in use'
    await expect(revealing.accounts.register(input)).rejects.toMatchObject({
      errors: [{ message }, { message }],
    })
  })

  test('fails as an error of the storage if the new id is in use, without an event', async () => {
    const { accounts, events, options } = await signedIn()
    const registered: unknown[] = []
    events.on('account.registered', (event) => void registered.push(event))
    options.storage.users.create = () => Promise.resolve({ outcome: 'id-in-use' })
    const registering = accounts.register({ username: 'ben', password })
    await expect(registering).rejects.toMatchObject({
      code: 'storage-failed',
      detail: 'A new id is already in use: check the `random` option of createKith.',
    })
    expect(registered).toEqual([])
  })
})

describe('edit', () => {
  test('changes only the given fields', async () => {
    const { accounts, viewer } = await signedIn()
    const user = await accounts.me(viewer)
    expect(await accounts.edit(viewer, { bio: 'hello' })).toEqual({
      user: { ...user, bio: 'hello' },
      signIn: null,
    })
    expect((await accounts.edit(viewer, {})).user).toEqual({ ...user, bio: 'hello' })
    expect((await accounts.edit(viewer, { username: 'Ana_2', currentPassword: password })).user.id).toBe(
      user.id,
    )
    expect(await accounts.find('ana_2')).toMatchObject({ id: user.id })
    expect(await accounts.find('ana')).toBeNull()
  })

  // asvs: 7.5.1
  test('a new email needs the password and starts unverified', async () => {
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
    ).toMatchObject({ user: { emailVerified: true } })
    expect(
      await accounts.edit(viewer, { email: 'new@example.com', currentPassword: password }),
    ).toMatchObject({ user: { email: 'new@example.com', emailVerified: false } })
    expect(await accounts.edit(viewer, { email: null, currentPassword: password })).toMatchObject({
      user: { email: null },
    })
  })

  test('refuses a taken name and the removal of the last login', async () => {
    const { accounts, viewer } = await signedIn({ accounts: { identifiers: { username: 'optional' } } })
    await accounts.register({ username: 'ben', password })
    expect(await codeOf(accounts.edit(viewer, { username: 'BEN', currentPassword: password }))).toBe(
      'identifier-taken',
    )
    const mail = await accounts.register({ email: 'only@example.com', password })
    const onlyMail = { userId: mail.user.id, sessionId: mail.session.id }
    expect(
      (await accounts.edit(viewer, { username: null, currentPassword: password })).user.username,
    ).toBeNull()
    const message = 'An account keeps a username or an email address to sign in with'
    await expect(accounts.edit(onlyMail, { email: null, currentPassword: password })).rejects.toMatchObject({
      errors: [{ path: 'email', code: 'required', message }],
    })
  })

  test('ends no session without the password, and every session with it', async () => {
    const { accounts, sessions, viewer, tokens } = await signedIn()
    const edited = await accounts.edit(viewer, { bio: 'first' })
    expect(edited.signIn).toBeNull()
    const renewed = await sessions.refresh(tokens.refreshToken)
    const { signIn } = await accounts.edit(viewer, { bio: 'second', currentPassword: password })
    expect(await codeOf(sessions.authenticate(renewed.tokens.accessToken))).toBe('session-revoked')
    const accessToken = signIn?.tokens.accessToken ?? ''
    expect(await sessions.authenticate(accessToken)).toMatchObject({ userId: viewer.userId })
    expect(decodeJwt(accessToken)['amr']).toEqual(['pwd'])
    const { tokens: byHost } = await sessions.open(viewer.userId)
    const visitor = await sessions.authenticate(byHost.accessToken)
    const again = await accounts.edit(visitor, { bio: 'third', currentPassword: password })
    expect(decodeJwt(again.signIn?.tokens.accessToken ?? '')).not.toHaveProperty('amr')
  })

  test('with the password has ended every session even if the process dies right after it', async () => {
    const { accounts, sessions, viewer, tokens, options } = await signedIn()
    options.storage.sessions.revokeAll = () => Promise.reject(new Error('died'))
    const editing = accounts.edit(viewer, { bio: 'second', currentPassword: password })
    await expect(editing).rejects.toThrow('died')
    expect(await codeOf(sessions.refresh(tokens.refreshToken))).toBe('session-revoked')
  })

  test.each(['edit', 'update'] as const)(
    'of an account that is deleted meanwhile changes nothing and emits no event: %s',
    async (verb) => {
      const { accounts, events, viewer, options } = await signedIn()
      const edited: unknown[] = []
      events.on('account.edited', (event) => void edited.push(event))
      const { update } = options.storage.users
      options.storage.users.update = async (...given) => {
        await accounts.remove(viewer.userId)
        return await update(...given)
      }
      const editing =
        verb === 'edit'
          ? accounts.edit(viewer, { bio: 'late' })
          : accounts.update(viewer.userId, { bio: 'late' })
      expect(await codeOf(editing)).toBe(verb === 'edit' ? 'unauthenticated' : 'account-not-found')
      expect(edited).toEqual([])
    },
  )

  test('of two concurrent edits that together remove both logins, one fails and changes nothing', async () => {
    const { accounts } = await signedIn({ accounts: { identifiers: { username: 'optional' } } })
    const input = { username: 'both', email: 'both@example.com', bio: 'before', password }
    const { user, session } = await accounts.register(input)
    const viewer = { userId: user.id, sessionId: session.id }
    const answers = await Promise.allSettled([
      accounts.edit(viewer, { email: null, bio: 'after', currentPassword: password }),
      accounts.edit(viewer, { username: null, currentPassword: password }),
    ])
    const failed = answers.findIndex(({ status }) => status === 'rejected')
    expect(answers[failed]).toMatchObject({
      reason: { code: 'invalid-input', errors: [{ path: 'email', code: 'required' }] },
    })
    expect(answers[1 - failed]).toMatchObject({ status: 'fulfilled' })
    expect(await accounts.me(viewer)).toMatchObject(
      failed === 0
        ? { username: null, email: input.email, bio: 'before' }
        : { username: input.username, email: null, bio: 'after' },
    )
  })

  test('concurrent edits of different fields are all kept', async () => {
    const { accounts, viewer } = await signedIn()
    await Promise.all([
      accounts.edit(viewer, { name: 'N' }),
      accounts.edit(viewer, { bio: 'B' }),
      accounts.edit(viewer, { username: 'uuu', currentPassword: password }),
    ])
    expect(await accounts.me(viewer)).toMatchObject({ name: 'N', bio: 'B', username: 'uuu' })
  })
})

describe('change of password', () => {
  // asvs: 6.2.2, 7.4.3
  test('ends every session and opens a new one for the caller; the old password stops working', async () => {
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

  // asvs: 6.2.3
  test('requires the current password', async () => {
    const { accounts, viewer } = await signedIn()
    const change = { currentPassword: 'wrong', newPassword: 'battery staple' }
    expect(await codeOf(accounts.changePassword(viewer, change))).toBe('wrong-password')
    expect(await fieldsOf(accounts.changePassword(viewer, { newPassword: 'battery staple' }))).toEqual([
      'currentPassword required',
    ])
  })

  test('is reported for its account, and proves who it is', async () => {
    const { accounts, events, kith, viewer } = await signedIn()
    const changed: unknown[] = []
    events.on('account.password-changed', ({ at: _, ...event }) => void changed.push(event))
    const change = { currentPassword: password, newPassword: 'battery staple' }
    const { tokens } = await accounts.changePassword(kith.viewerOf(viewer.userId), change)
    expect(changed).toEqual([{ userId: viewer.userId }])
    expect(decodeJwt(tokens.accessToken)['amr']).toEqual(['pwd'])
  })

  test('is refused if the password changes while the old one is checked', async () => {
    const { accounts, sessions, viewer, options } = await signedIn()
    const { replacePassword } = options.storage.users
    options.storage.users.replacePassword = async (...given) => {
      options.storage.users.replacePassword = replacePassword
      await accounts.setPassword(viewer.userId, 'window lamp 99')
      return await replacePassword(...given)
    }
    const change = { currentPassword: password, newPassword: 'battery staple' }
    await expect(accounts.changePassword(viewer, change)).rejects.toMatchObject({
      code: 'busy',
      retryAfterSeconds: 1,
    })
    await sessions.login({ login: 'ana', password: 'window lamp 99' })
  })

  test('hashes the new password in the turn of its account, before strangers', async () => {
    let act = async (): Promise<void> => {}
    const timesSeen = async (): Promise<number> => {
      const acting = act
      act = async () => {}
      await acting()
      return 0
    }
    const { accounts, events, viewer } = await signedIn({
      passwords: { ...cheapHashing, concurrency: 1, queueLimit: 1, breached: { timesSeen } },
    })
    const { id } = await accounts.create({ username: 'ben', password })
    const refused: unknown[] = []
    // The old password was checked, and the queue is full when the new one is hashed.
    act = () =>
      new Promise((resolve) => {
        events.on('work.refused', ({ userId, network }) => {
          refused.push([userId, network])
          resolve()
        })
        for (let call = 0; call < 3; call++) void codeOf(accounts.setPassword(id, 'window lamp 99'))
      })
    const change = { currentPassword: password, newPassword: 'battery staple' }
    expect(await codeOf(accounts.changePassword(viewer, change))).toBe('busy')
    expect(refused).toEqual([
      [id, null],
      [viewer.userId, null],
    ])
  })

  test('opens no session if the password was changed again meanwhile', async () => {
    const { accounts, sessions, viewer, options } = await signedIn()
    const { open } = options.storage.sessions
    options.storage.sessions.open = async (...given) => {
      options.storage.sessions.open = open
      await accounts.setPassword(viewer.userId, 'window lamp 99')
      return await open(...given)
    }
    const change = { currentPassword: password, newPassword: 'battery staple' }
    expect(await codeOf(accounts.changePassword(viewer, change))).toBe('invalid-credentials')
    expect((await sessions.list(viewer.userId)).items).toEqual([])
  })

  test('of 10 concurrent changes one succeeds', async () => {
    const { accounts, sessions, viewer } = await signedIn()
    const codes = await Promise.all(
      Array.from({ length: 10 }, (_, index) =>
        codeOf(
          accounts.changePassword(viewer, {
            currentPassword: password,
            newPassword: `fresh window lamp ${index}`,
          }),
        ),
      ),
    )
    const winner = codes.indexOf('no error')
    expect(codes.filter((code) => code === 'no error')).toHaveLength(1)
    await sessions.login({ login: 'ana', password: `fresh window lamp ${winner}` })
  })
})

describe('deletion', () => {
  test('hides the account everywhere immediately and frees its email, and its name after 30 days', async () => {
    const { kith, accounts, sessions, viewer, tokens, options, advance, upkeep } = await signedIn()
    expect(await codeOf(accounts.delete(viewer, { password: 'wrong' }))).toBe('wrong-password')
    expect(await fieldsOf(accounts.delete(viewer, {}))).toEqual(['password required'])
    await accounts.delete(viewer, { password })
    expect(await codeOf(sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
    expect(await codeOf(sessions.refresh(tokens.refreshToken))).toBe('session-revoked')
    expect(await codeOf(sessions.login({ login: 'ana', password }))).toBe('invalid-credentials')
    expect(await codeOf(accounts.me(viewer))).toBe('unauthenticated')
    expect(await accounts.find('ana')).toBeNull()
    await kith.settled()
    expect(await options.storage.users.toPurge(10)).toEqual([])
    const again: RegisterInput = { username: 'ana', password }
    await accounts.register({ username: 'other', email: 'ana@example.com', password })
    advance(30 * 86_400 - 1)
    expect(await codeOf(accounts.register(again))).toBe('identifier-taken')
    await upkeep.run()
    expect(await codeOf(accounts.register(again))).toBe('identifier-taken')
    advance(1)
    await accounts.register(again)
  })

  test('by the host can free the name immediately', async () => {
    const { accounts, viewer } = await signedIn()
    await accounts.delete(viewer, { password }, { holdUsername: false })
    await accounts.register({ username: 'ana', password })
  })

  test('is finished by upkeep if it was interrupted', async () => {
    const { upkeep, sessions, viewer, options, tokens } = await signedIn()
    const { users, sessions: stored } = options.storage
    await users.markDeleted(viewer.userId, new Date('2026-01-01T00:00:00Z'))
    const nothing = {
      applications: 0,
      accounts: 0,
      posts: 0,
      media: 0,
      sessions: 0,
      codes: 0,
      messages: 0,
      audit: 0,
    }
    expect(await upkeep.run()).toEqual({ ...nothing, accounts: 1, sessions: 1, failed: [] })
    expect(await users.toPurge(10)).toEqual([])
    expect(await stored.byId(viewer.sessionId ?? '')).toBeNull()
    expect(await codeOf(sessions.refresh(tokens.refreshToken))).toBe('session-revoked')
    expect(await upkeep.run()).toEqual({ ...nothing, failed: [] })
  })
})

describe('a released username', () => {
  const owner = { currentPassword: password }

  test('is reserved for its former owner for 30 days', async () => {
    const { accounts, viewer, advance } = await signedIn()
    expect(await fieldsOf(accounts.edit(viewer, { username: 'stolen' }))).toEqual([
      'currentPassword required',
    ])
    await accounts.edit(viewer, { username: 'eva', ...owner })
    expect(await codeOf(accounts.register({ username: 'ANA', password }))).toBe('identifier-taken')
    await accounts.edit(viewer, { username: 'ana', ...owner })
    expect(await codeOf(accounts.register({ username: 'eva', password }))).toBe('identifier-taken')
    advance(30 * 86_400)
    await accounts.register({ username: 'eva', password })
  })

  test('is held for as long as the options say, and not at all for 0', async () => {
    for (const [usernameHold, seconds] of [
      ['2h', 7_200],
      [0, 0],
    ] as const) {
      const { accounts, viewer, advance, options } = await signedIn({ accounts: { usernameHold } })
      await accounts.edit(viewer, { username: 'eva', ...owner })
      const held = await options.storage.users.forgetUsernames(new Date('2026-01-01'), 10)
      expect(held).toBe(0)
      if (seconds > 0) {
        advance(seconds - 1)
        expect(await codeOf(accounts.register({ username: 'ana', password }))).toBe('identifier-taken')
        advance(1)
      }
      await accounts.register({ username: 'ana', password })
    }
  })

  test('is removed by upkeep after its hold', async () => {
    const { accounts, viewer, advance, upkeep, options } = await signedIn()
    await accounts.edit(viewer, { username: 'eva', ...owner })
    advance(30 * 86_400)
    await upkeep.run()
    expect(await options.storage.users.forgetUsernames(new Date('2100-01-01'), 10)).toBe(0)
  })
})

describe('identifier changes', () => {
  test('are limited to 10 a day, including refused ones, so that nobody can probe identifiers', async () => {
    const { accounts, viewer, advance } = await signedIn()
    await accounts.register({ username: 'ben', phone: '+4915100000005', password })
    const tryPhone = (index: number) =>
      codeOf(accounts.edit(viewer, { phone: `+491510000000${index}`, currentPassword: password }))
    const codes: string[] = []
    for (let index = 0; index < 12; index++) codes.push(await tryPhone(index % 10))
    expect(codes.slice(0, 10)).toEqual(
      codes.map((_, index) => (index === 5 ? 'identifier-taken' : 'no error')).slice(0, 10),
    )
    expect(codes.slice(10)).toEqual(['rate-limited', 'rate-limited'])
    advance(86_400)
    expect(await tryPhone(1)).toBe('no error')
  })

  test('do not count if nothing would change or the password is wrong', async () => {
    const { accounts, viewer } = await signedIn()
    for (let index = 0; index < 12; index++) {
      await accounts.edit(viewer, { username: 'ana', email: 'ana@example.com', currentPassword: password })
      await accounts.edit(viewer, { bio: `${index}` })
    }
    expect(await codeOf(accounts.edit(viewer, { username: 'eva', currentPassword: 'wrong' }))).toBe(
      'wrong-password',
    )
    expect(await codeOf(accounts.edit(viewer, { username: 'eva', currentPassword: password }))).toBe(
      'no error',
    )
  })
})

describe('refused passwords', () => {
  const account: RegisterInput = {
    username: 'ana_maria',
    email: 'am@meadow.example',
    phone: '+4915112345678',
    name: 'Ana Garcia',
    password,
  }
  const refused = [
    'password1',
    'PASSWORD2024',
    '        ',
    'AnaMaria99',
    'airam_ana',
    '@n@m@ri@!',
    'meadow2024',
    '0151 12345678',
    'garcia!!',
    'kith12345',
  ]

  test.each(refused)('%j, at registration and at a password change', async (easy) => {
    const { accounts } = createInstance().kith
    const atRegistration = await fieldsOf(accounts.register({ ...account, password: easy }))
    expect(atRegistration).toEqual([expect.stringMatching(/^password too-(easy|common)$/)])
    const { user, session } = await accounts.register(account)
    const viewer = { userId: user.id, sessionId: session.id }
    const change = { currentPassword: password, newPassword: easy }
    expect(await fieldsOf(accounts.changePassword(viewer, change))).toEqual([
      expect.stringMatching(/^newPassword too-(easy|common)$/),
    ])
    await accounts.changePassword(viewer, { currentPassword: password, newPassword: 'battery staple' })
  })

  // asvs: 6.2.11
  test('words from the app', async () => {
    const { accounts } = createInstance({
      passwords: { memoryKiB: 8, iterations: 1, forbiddenWords: ['Sunny Meadow'] },
      sessions: { issuer: 'https://login.bluebird.example' },
    }).kith
    for (const easy of ['sunny-meadow', 'wodaem.ynnus!', 'bluebird#login.bluebird'])
      expect(await fieldsOf(accounts.register({ username: 'ana', password: easy }))).toEqual([
        'password too-easy',
      ])
  })
})

test('a stored hash that no verifier can check counts as a wrong password', async () => {
  const { accounts, sessions, options, logged } = await signedIn()
  const { user } = await accounts.register({ username: 'ben', password })
  const { passwordHash = null } = (await options.storage.users.byId(user.id)) ?? {}
  for (const broken of ['$argon2id$v=19$m=0,t=1,p=1$AAAA$AAAA', 'of a verifier that was removed']) {
    const before = (await options.storage.users.byId(user.id))?.passwordHash ?? passwordHash
    await options.storage.users.replacePassword(user.id, before, broken)
    for (let attempt = 0; attempt < 2; attempt++)
      expect(await codeOf(sessions.login({ login: 'ben', password }))).toBe('invalid-credentials')
  }
  expect(logged).toHaveLength(2)
})

test('banning or unbanning an unknown account is an error', async () => {
  const { accounts } = createInstance().kith
  expect(await codeOf(accounts.ban('nobody'))).toBe('account-not-found')
  expect(await codeOf(accounts.unban('nobody'))).toBe('account-not-found')
})
