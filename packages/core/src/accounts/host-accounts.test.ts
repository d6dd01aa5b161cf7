import { describe, expect, test } from 'vitest'
import { cheapHashing, codeOf, createInstance } from '../../test/instance.ts'

const password = 'correct horse'

async function withAna() {
  const instance = createInstance()
  const ana = await instance.kith.accounts.register({ username: 'ana', password })
  return { ...instance, ...instance.kith, ana }
}

describe('a viewer without a session', () => {
  test('acts as the account: posts, follows and reads', async () => {
    const { accounts, follows, kith, ana } = await withAna()
    const ben = await accounts.register({ username: 'ben', password })
    const viewer = kith.viewerOf(ana.user.id)
    expect(viewer).toEqual({ userId: ana.user.id, sessionId: null })
    expect(await follows.add(viewer, 'ben')).toEqual({ following: true, followers: 1 })
    expect((await accounts.me(viewer)).counts.following).toBe(1)
    expect((await kith.profiles.get(kith.viewerOf(ben.user.id), 'ana')).viewer?.followedBy).toBe(true)
    expect((await accounts.edit(viewer, { name: 'Ana' })).signIn).toBeNull()
    expect(await codeOf(accounts.requireRole(viewer, ['member']))).toBe('no error')
    await accounts.ban(viewer.userId)
    expect(await codeOf(accounts.requireRole(viewer, ['member']))).toBe('account-banned')
  })

  test('is refused for an unknown account and for a malformed id', async () => {
    const { accounts, follows, kith } = await withAna()
    for (const id of ['nobody', '', '\0', '\ud800', '0'.repeat(100_000)]) {
      const viewer = kith.viewerOf(id)
      expect(await codeOf(accounts.me(viewer))).toBe('unauthenticated')
      expect(await codeOf(accounts.requireRole(viewer, ['member']))).toBe('unauthenticated')
      expect(await codeOf(follows.add(viewer, 'ana'))).toBe('session-revoked')
    }
  })

  test('has no session of its own to end, and can end all other sessions explicitly', async () => {
    const { sessions, kith, ana } = await withAna()
    const viewer = kith.viewerOf(ana.user.id)
    await sessions.logout(viewer)
    expect((await sessions.list(viewer)).items).toMatchObject([{ id: ana.session.id, current: false }])
    await sessions.logoutEverywhere(viewer, { exceptCurrent: true })
    expect((await sessions.list(viewer)).items).toEqual([])
  })

  test('changes the password with the current one and gets a session', async () => {
    const { accounts, sessions, kith, ana } = await withAna()
    const viewer = kith.viewerOf(ana.user.id)
    const change = { currentPassword: password, newPassword: 'battery staple' }
    const signIn = await accounts.changePassword(viewer, change)
    expect((await sessions.list(viewer)).items.map(({ id }) => id)).toEqual([signIn.session.id])
  })

  test('is rate-limited by account where others are limited by session', async () => {
    const { accounts, sessions, events, kith, ana } = await withAna()
    const ben = await accounts.register({ username: 'ben', password })
    const reached: unknown[] = []
    events.on('limit.reached', (event) => void reached.push(event))
    const viewer = kith.viewerOf(ana.user.id)
    for (let call = 0; call < 60; call++) await sessions.logoutEverywhere(viewer)
    expect(await codeOf(sessions.logoutEverywhere(viewer))).toBe('rate-limited')
    expect(reached).toMatchObject([{ limit: 'revokeBySession', userId: ana.user.id, sessionId: null }])
    await sessions.logoutEverywhere(kith.viewerOf(ben.user.id))
    for (let call = 0; call < 10; call++)
      expect(await codeOf(accounts.delete(viewer, { password: 'wrong' }))).toBe('wrong-password')
    expect(await codeOf(accounts.delete(viewer, { password }))).toBe('account-locked')
    await accounts.delete(kith.viewerOf(ben.user.id), { password })
  })
})

describe('the host', () => {
  test('reads accounts by id, in the order of the given ids', async () => {
    const { accounts, ana } = await withAna()
    const ben = await accounts.register({ username: 'ben', email: 'ben@example.org', password })
    await accounts.ban(ben.user.id)
    expect(await accounts.byId(ben.user.id)).toMatchObject({
      email: 'ben@example.org',
      bannedAt: '2026-01-01T00:00:00.000Z',
      bannedUntil: null,
      banReason: null,
    })
    const ids = [ben.user.id, 'nobody', ana.user.id, ben.user.id]
    const found = await accounts.byIds(ids)
    expect(found.map((user) => user?.username ?? null)).toEqual(['ben', null, 'ana', 'ben'])
    expect(await accounts.byIds([])).toEqual([])
    expect(await accounts.byId('nobody')).toBeNull()
    await accounts.delete({ userId: ana.user.id, sessionId: ana.session.id }, { password })
    expect(await accounts.byIds([ana.user.id])).toEqual([null])
  })

  test('may request up to a hundred ids at a time, and only strings', async () => {
    const { accounts, ana } = await withAna()
    expect(await accounts.byIds(Array<string>(100).fill(ana.user.id))).toHaveLength(100)
    for (const ids of [Array<string>(101).fill(ana.user.id), Array<string>(1e6), [null], 'ana', null])
      await expect(accounts.byIds(ids as never)).rejects.toMatchObject({ code: 'invalid-input' })
    await expect(accounts.byIds(Array<string>(101).fill(''))).rejects.toMatchObject({
      errors: [{ path: 'ids', code: 'too-long', maximum: 100, unit: 'items' }],
    })
  })
})

describe('a shadow account', () => {
  test('is created once and may have no identifier', async () => {
    const { accounts, kith } = await withAna()
    const id = accounts.shadowId('user_2abc')
    expect(id).toBe('3bdb511a-e917-8fe1-b267-b90ea9374962')
    expect(await codeOf(accounts.me(kith.viewerOf(id)))).toBe('unauthenticated')
    const made = await accounts.shadow('user_2abc', { name: 'Ada' })
    expect(made).toMatchObject({ id, name: 'Ada', username: null, email: null })
    expect(await accounts.shadow('user_2abc', { name: 'Other' })).toEqual(made)
    expect(await accounts.me(kith.viewerOf(id))).toMatchObject({ id, name: 'Ada' })
    expect(accounts.shadowId('user_2abd')).not.toBe(id)
  })

  test('is empty where nothing is given, and exists whatever is given later', async () => {
    const { accounts } = await withAna()
    const shadow = await accounts.shadow('user_1')
    expect(shadow).toMatchObject({ username: null, email: null, phone: null, name: '', bio: '' })
    expect(await accounts.shadow('user_1', { username: 'no!' })).toEqual(shadow)
  })

  test('is created by one of twenty concurrent calls, and all of them get it', async () => {
    const { accounts, events } = await withAna()
    const imported: string[] = []
    events.on('account.imported', ({ userId }) => void imported.push(userId))
    const calls = Array.from({ length: 20 }, (_, index) =>
      accounts.shadow('user_2abc', { username: 'ada', name: `Ada ${index}` }),
    )
    const made = await Promise.all(calls)
    expect(new Set(made.map(({ name }) => name)).size).toBe(1)
    expect(imported).toEqual([accounts.shadowId('user_2abc')])
  })

  test('refuses a taken name and a field that is turned off', async () => {
    const { accounts } = await withAna()
    expect(await codeOf(accounts.shadow('a', { username: 'ana' }))).toBe('identifier-taken')
    expect(await accounts.byId(accounts.shadowId('a'))).toBeNull()
    expect(await codeOf(accounts.shadow('a', { passwordHash: null } as object))).toBe('invalid-input')
  })

  test.each(['', '\ud800', 'a\0', 'a'.repeat(1_001), null])('is not created for %j', async (externalId) => {
    const { accounts } = await withAna()
    expect(await codeOf(accounts.shadow(externalId as never))).toBe('invalid-input')
    expect(() => accounts.shadowId(externalId as never)).toThrow()
  })
})

describe('a session that the host opens', () => {
  test('works like any other session and has a device', async () => {
    const { sessions, events, ana } = await withAna()
    const opened: unknown[] = []
    events.on('session.opened', (event) => void opened.push(event))
    const home = { address: '203.0.113.7', userAgent: 'curl/8' }
    const signIn = await sessions.open(ana.user.id, home)
    expect(signIn.tokens.deviceToken).toBeTypeOf('string')
    expect(await sessions.authenticate(signIn.tokens.accessToken)).toMatchObject({ userId: ana.user.id })
    await sessions.refresh(signIn.tokens.refreshToken)
    expect(opened).toMatchObject([{ userId: ana.user.id, sessionId: signIn.session.id, ...home }])
  })

  test('is refused for an unknown account, a banned one and one that is deleted meanwhile', async () => {
    const { accounts, sessions, ana, options } = await withAna()
    expect(await codeOf(sessions.open('nobody'))).toBe('account-not-found')
    const { open } = options.storage.sessions
    Object.assign(options.storage.sessions, {
      async open(...values: Parameters<typeof open>) {
        const ended = await open(...values)
        await options.storage.users.markDeleted(ana.user.id, new Date())
        return ended
      },
    })
    expect(await codeOf(sessions.open(ana.user.id))).toBe('account-not-found')
    const ben = await accounts.import({ username: 'ben', passwordHash: null })
    await accounts.ban(ben.id)
    expect(await codeOf(sessions.open(ben.id))).toBe('account-banned')
  })
})

describe('passwords that the host sets', () => {
  test('let an imported account without a password sign in, and end its sessions', async () => {
    const { accounts, sessions, events } = await withAna()
    const changed: string[] = []
    events.on('account.password-changed', ({ userId }) => void changed.push(userId))
    const { id } = await accounts.import({ username: 'ben', passwordHash: null })
    const before = await sessions.open(id)
    expect(await codeOf(sessions.login({ login: 'ben', password }))).toBe('invalid-credentials')
    await accounts.setPassword(id, password)
    expect(await codeOf(sessions.authenticate(before.tokens.accessToken))).toBe('session-revoked')
    const after = await sessions.login({ login: 'ben', password })
    await accounts.clearPassword(id)
    expect(await codeOf(sessions.refresh(after.tokens.refreshToken))).toBe('session-revoked')
    expect(await codeOf(sessions.login({ login: 'ben', password }))).toBe('invalid-credentials')
    await accounts.clearPassword(id)
    await sessions.open(id)
    expect(changed).toEqual([id, id, id])
  })

  test('follow the same rules as every new password', async () => {
    const { accounts, sessions, ana } = await withAna()
    for (const [wrong, code] of [
      ['short', 'too-short'],
      ['password1', 'too-common'],
      ['aaaaaaaaaaaa', 'too-easy'],
      ['ana-ana-ana-', 'too-easy'],
      ['x'.repeat(257), 'too-long'],
      ['half \ud800 of one', 'forbidden-character'],
      [null, 'wrong-type'],
    ]) {
      const refused = accounts.setPassword(ana.user.id, wrong as never)
      await expect(refused).rejects.toMatchObject({ errors: [{ path: 'password', code }] })
    }
    expect(await codeOf(accounts.setPassword('nobody', password))).toBe('account-not-found')
    expect(await codeOf(accounts.clearPassword('nobody'))).toBe('account-not-found')
    await sessions.login({ login: 'ana', password })
  })

  test('do not lift a ban, and are safe against concurrent changes by the owner', async () => {
    const { accounts, sessions, kith, ana } = await withAna()
    await accounts.ban(ana.user.id)
    await accounts.setPassword(ana.user.id, 'battery staple')
    expect(await codeOf(sessions.login({ login: 'ana', password: 'battery staple' }))).toBe('account-banned')
    await accounts.unban(ana.user.id)
    const passwords = ['first of them', 'second of them', 'third of them', 'own choice']
    await Promise.allSettled([
      ...passwords.slice(0, 3).map((next) => accounts.setPassword(ana.user.id, next)),
      accounts.changePassword(kith.viewerOf(ana.user.id), {
        currentPassword: 'battery staple',
        newPassword: 'own choice',
      }),
    ])
    const right = await Promise.all(
      passwords.map((each) => codeOf(sessions.login({ login: 'ana', password: each }))),
    )
    expect(right.filter((code) => code === 'no error')).toHaveLength(1)
    expect(await codeOf(sessions.login({ login: 'ana', password: 'battery staple' }))).toBe(
      'invalid-credentials',
    )
  })
})

test.each([
  ['setPassword', 'another horse 99'],
  ['clearPassword', null],
] as const)('%s retries ten times if the password keeps changing', async (verb, password) => {
  const { accounts, options, ana } = await withAna()
  let tries = 0
  options.storage.users.replacePassword = () => {
    tries++
    return Promise.resolve(null)
  }
  const change =
    password === null ? accounts.clearPassword(ana.user.id) : accounts[verb](ana.user.id, password)
  await expect(change).rejects.toMatchObject({ code: 'busy', retryAfterSeconds: 1 })
  expect(tries).toBe(10)
})

test('events name the account that the host has created, changed or imported', async () => {
  const { accounts, events } = await withAna()
  const seen: unknown[] = []
  for (const name of ['account.registered', 'account.imported', 'account.edited'] as const)
    events.on(name, ({ at: _, ...event }) => void seen.push([name, event]))
  const { id } = await accounts.create({ username: 'ben', password })
  await accounts.setAge(id, { from: 18, to: null, source: 'id-check' })
  const imported = await accounts.import({ username: 'cleo', passwordHash: null })
  expect(seen).toEqual([
    ['account.registered', { userId: id }],
    ['account.edited', { userId: id, fields: ['age'] }],
    ['account.imported', { userId: imported.id }],
  ])
})

test('the outbox contains an age that the host has recorded', async () => {
  const { kith } = createInstance({ outbox: { events: ['account.edited'] } })
  const { id } = await kith.accounts.create({ username: 'ben', password })
  await kith.accounts.setAge(id, null)
  const delivered: unknown[] = []
  await kith.outbox.deliver((event) => void delivered.push(event))
  expect(delivered).toMatchObject([{ name: 'account.edited', userId: id, fields: ['age'] }])
})

test('an import with a hash that nothing can check names the field', async () => {
  const { accounts } = await withAna()
  await expect(accounts.import({ username: 'ben', passwordHash: 'plain' })).rejects.toMatchObject({
    errors: [
      {
        path: 'passwordHash',
        code: 'malformed',
        message: 'No verifier of `passwords.legacy` supports this hash, or its parameters are out of bounds',
      },
    ],
  })
})

test('hashing a password that the host sets counts for its account, if there is one, before strangers', async () => {
  const { kith } = createInstance({ passwords: { ...cheapHashing, concurrency: 1, queueLimit: 1 } })
  const { id } = await kith.accounts.create({ username: 'ben', password })
  const refused: unknown[] = []
  kith.events.on('work.refused', ({ at: _, ...event }) => void refused.push(event))
  const calls = Array.from({ length: 3 }, () => codeOf(kith.accounts.setPassword(id, 'another horse 99')))
  expect(await Promise.all(calls)).toContain('busy')
  expect(refused.splice(0)).toEqual([{ work: 'passwords', userId: id, network: null }])
  const usernames = ['cleo', 'dora', 'eve']
  const creating = usernames.map((username) => codeOf(kith.accounts.create({ username, password })))
  expect(await Promise.all(creating)).toContain('busy')
  expect(refused).toEqual([{ work: 'passwords', userId: null, network: null }])
})

describe('email addresses and phone numbers that the host verifies', () => {
  test('become verified if they still belong to the account', async () => {
    const { accounts, events } = await withAna()
    const edited: unknown[] = []
    events.on('account.edited', ({ userId: _, at: __, ...event }) => void edited.push(event))
    const { id } = await accounts.import({
      username: 'ben',
      email: 'ben@example.org',
      phone: '+4915112345678',
      passwordHash: null,
    })
    expect(await accounts.verifyEmail(id, 'other@example.org')).toBe(false)
    expect(await accounts.verifyEmail(id, 'no address')).toBe(false)
    expect(await accounts.verifyPhone(id, '+4915100000000')).toBe(false)
    expect(await accounts.byId(id)).toMatchObject({ emailVerified: false, phoneVerified: false })
    expect(await accounts.verifyEmail(id, 'Ben@Example.ORG')).toBe(true)
    expect(await accounts.verifyEmail(id)).toBe(true)
    expect(await accounts.verifyPhone(id)).toBe(true)
    expect(await accounts.verifyPhone(id, '+49 (151) 12345678')).toBe(true)
    expect(await accounts.byId(id)).toMatchObject({ emailVerified: true, phoneVerified: true })
    expect(edited).toEqual([{ fields: ['emailVerified'] }, { fields: ['phoneVerified'] }])
    await accounts.update(id, { email: 'new@example.org', phone: null })
    expect(await accounts.byId(id)).toMatchObject({ emailVerified: false, phoneVerified: false })
    expect(await accounts.verifyPhone(id)).toBe(false)
    expect(await codeOf(accounts.verifyEmail('nobody'))).toBe('account-not-found')
  })

  test('are not verified if they change between the proof and the call', async () => {
    const { accounts, options } = await withAna()
    const { id } = await accounts.import({ username: 'ben', email: 'ben@example.org', passwordHash: null })
    const { byId } = options.storage.users
    let reads = 0
    Object.assign(options.storage.users, {
      async byId(userId: string) {
        const user = await byId(userId)
        if (++reads === 1) await options.storage.users.update(id, { email: 'thief@example.org' })
        return user
      },
    })
    expect(await accounts.verifyEmail(id, 'ben@example.org')).toBe(false)
    expect(await accounts.byId(id)).toMatchObject({ email: 'thief@example.org', emailVerified: false })
  })

  test('are not verified while they change again and again', async () => {
    const { accounts, options } = await withAna()
    const { id } = await accounts.import({ username: 'ben', email: 'ben@example.org', passwordHash: null })
    const { byId, update } = options.storage.users
    let reads = 0
    Object.assign(options.storage.users, {
      async byId(userId: string) {
        const user = await byId(userId)
        if (++reads <= 20) await update(id, { email: `ben${reads}@example.org` })
        return user
      },
    })
    expect(await codeOf(accounts.verifyEmail(id))).toBe('busy')
  })
})

describe('the host changes and removes accounts', () => {
  test('works for an account without a password, including its names', async () => {
    const { accounts, sessions } = await withAna()
    const { id } = await accounts.import({ username: 'ben', passwordHash: null })
    const signIn = await sessions.open(id)
    expect(await accounts.update(id, { username: 'benno', name: 'Ben' })).toMatchObject({
      username: 'benno',
      name: 'Ben',
      bannedAt: null,
    })
    await sessions.authenticate(signIn.tokens.accessToken)
    expect(await codeOf(accounts.update(id, { username: 'ana' }))).toBe('identifier-taken')
    expect(await codeOf(accounts.update(id, { username: 'no!' }))).toBe('invalid-input')
    expect(await codeOf(accounts.update(id, { currentPassword: 'x' } as object))).toBe('invalid-input')
    expect(await codeOf(accounts.update('nobody', {}))).toBe('account-not-found')
    await accounts.remove(id, { holdUsername: false })
    expect(await codeOf(sessions.authenticate(signIn.tokens.accessToken))).toBe('session-revoked')
    expect(await codeOf(accounts.remove(id))).toBe('account-not-found')
    expect(await codeOf(accounts.remove('nobody'))).toBe('account-not-found')
    await accounts.register({ username: 'benno', password })
    expect(await codeOf(accounts.register({ username: 'ben', password }))).toBe('identifier-taken')
  })

  test('holds the name of a removed account; a shadow account can be created again once it is purged', async () => {
    const { accounts, kith } = await withAna()
    const { id } = await accounts.shadow('user_1', { username: 'ada' })
    await accounts.remove(id)
    expect(await codeOf(accounts.shadow('user_1'))).toBe('busy')
    await kith.settled()
    expect(await codeOf(accounts.register({ username: 'ada', password }))).toBe('identifier-taken')
    const again = await accounts.shadow('user_1', { username: 'ada' })
    expect(again).toMatchObject({ id, username: 'ada' })
  })

  test('with concurrent removal and creation, every call gets an account or a `busy` error', async () => {
    const { accounts, kith } = await withAna()
    for (let round = 0; round < 5; round++) {
      const { id } = await accounts.shadow('user_1')
      const calls = Array.from({ length: 20 }, (_, index) =>
        index === round * 4 ? accounts.remove(id) : accounts.shadow('user_1'),
      )
      for (const call of await Promise.allSettled(calls))
        if (call.status === 'rejected') expect(call.reason).toMatchObject({ code: 'busy' })
      await kith.settled()
    }
  })
})

describe('a ban', () => {
  const reason = 'Spam in comments'

  test('with an end and a reason is reported to its owner, but only after the right password', async () => {
    const { accounts, sessions, events, ana } = await withAna()
    const banned: unknown[] = []
    events.on('account.banned', ({ at: _at, ...event }) => void banned.push(event))
    const until = new Date('2026-01-02T00:00:00Z')
    await accounts.ban(ana.user.id, { reason, until })
    const ban = { until: until.toISOString(), reason }
    expect(await accounts.byId(ana.user.id)).toMatchObject({
      bannedAt: '2026-01-01T00:00:00.000Z',
      bannedUntil: ban.until,
      banReason: reason,
    })
    const wrong = sessions.login({ login: 'ana', password: 'wrong' })
    await expect(wrong).rejects.toMatchObject({ code: 'invalid-credentials', detail: null })
    for (const refused of [
      () => sessions.login({ login: 'ana', password }),
      () => sessions.open(ana.user.id),
    ])
      await expect(refused()).rejects.toMatchObject({
        code: 'account-banned',
        ban,
        detail: `You can sign in again after ${ban.until}. The reason: ${reason}`,
      })
    await accounts.ban(ana.user.id)
    const endless = sessions.login({ login: 'ana', password })
    await expect(endless).rejects.toMatchObject({ ban: { until: null, reason: null }, detail: null })
    expect(banned).toEqual([
      { userId: ana.user.id, ...ban },
      { userId: ana.user.id, until: null, reason: null },
    ])
    await accounts.unban(ana.user.id)
    expect(await accounts.byId(ana.user.id)).toMatchObject({
      bannedAt: null,
      bannedUntil: null,
      banReason: null,
    })
  })

  test('ends at the first sign-in after its end, and not before', async () => {
    const { accounts, sessions, events, profiles, advance, ana } = await withAna()
    const unbanned: string[] = []
    events.on('account.unbanned', ({ userId }) => void unbanned.push(userId))
    await accounts.ban(ana.user.id, { until: new Date('2026-01-01T01:00:00Z') })
    advance(3_599)
    expect(await codeOf(sessions.login({ login: 'ana', password }))).toBe('account-banned')
    advance(1)
    expect(await codeOf(profiles.get(null, 'ana'))).toBe('account-not-found')
    expect(await codeOf(sessions.login({ login: 'ana', password: 'wrong' }))).toBe('invalid-credentials')
    expect((await accounts.byId(ana.user.id))?.bannedAt).not.toBeNull()
    await Promise.all(Array.from({ length: 5 }, () => sessions.login({ login: 'ana', password })))
    expect(unbanned).toEqual([ana.user.id])
    await profiles.get(null, 'ana')
    await accounts.ban(ana.user.id, { until: new Date('2026-01-01T02:00:00Z') })
    advance(3_600)
    await sessions.open(ana.user.id)
  })

  test('ends when upkeep runs, which restores what it hid', async () => {
    const { accounts, follows, kith, advance, ana } = await withAna()
    const ben = await accounts.register({ username: 'ben', password })
    await follows.add(kith.viewerOf(ana.user.id), 'ben')
    await accounts.ban(ana.user.id, { until: new Date('2026-01-01T01:00:00Z') })
    await kith.upkeep.run()
    expect((await accounts.byId(ben.user.id))?.counts.followers).toBe(0)
    advance(3_600)
    expect(await kith.upkeep.run()).toMatchObject({ failed: [] })
    await kith.settled()
    expect((await accounts.byId(ana.user.id))?.bannedAt).toBeNull()
    expect((await accounts.byId(ben.user.id))?.counts.followers).toBe(1)
  })

  test('that is stored while an expired one is lifted is kept', async () => {
    const { accounts, sessions, advance, ana, options } = await withAna()
    await accounts.ban(ana.user.id, { until: new Date('2026-01-01T01:00:00Z') })
    advance(3_600)
    const { update } = options.storage.users
    let updates = 0
    Object.assign(options.storage.users, {
      async update(...values: Parameters<typeof update>) {
        if (++updates === 1) await accounts.ban(ana.user.id, { reason })
        return await update(...values)
      },
    })
    await expect(sessions.login({ login: 'ana', password })).rejects.toMatchObject({
      code: 'account-banned',
      ban: { until: null, reason },
    })
  })

  test.each([
    [{ until: new Date('2026-01-01T00:00:00Z') }, 'until'],
    [{ until: new Date(0) }, 'until'],
    [{ until: new Date(Number.NaN) }, 'until'],
    [{ until: '2027-01-01' }, 'until'],
    [{ reason: 'x'.repeat(501) }, 'reason'],
    [{ reason: 'half \ud800' }, 'reason'],
    [{ why: 'x' }, 'why'],
  ])('cannot be %j', async (input, path) => {
    const { accounts, ana } = await withAna()
    const refused = accounts.ban(ana.user.id, input as object)
    await expect(refused).rejects.toMatchObject({ code: 'invalid-input', errors: [{ path }] })
    expect((await accounts.byId(ana.user.id))?.bannedAt).toBeNull()
  })

  test('with an end in the past is refused with the reason', async () => {
    const { accounts, ana } = await withAna()
    await expect(accounts.ban(ana.user.id, { until: new Date(0) })).rejects.toMatchObject({
      errors: [{ path: 'until', code: 'malformed', message: 'Give a time in the future' }],
    })
  })

  test('ends the sessions before it and none after it, and its end ends none', async () => {
    const { accounts, sessions, ana } = await withAna()
    await accounts.unban(ana.user.id)
    const { tokens } = await sessions.refresh(ana.tokens.refreshToken)
    await sessions.authenticate(tokens.accessToken)
    let before = tokens
    for (let time = 0; time < 3; time++) {
      await accounts.ban(ana.user.id)
      await accounts.unban(ana.user.id)
      expect(await codeOf(sessions.authenticate(before.accessToken))).toBe('session-revoked')
      before = (await sessions.login({ login: 'ana', password })).tokens
      expect(await codeOf(sessions.authenticate(before.accessToken))).toBe('no error')
      before = (await sessions.refresh(before.refreshToken)).tokens
    }
  })

  test('that could not end the sessions has ended them once it is lifted', async () => {
    const { accounts, sessions, ana, options } = await withAna()
    const { sessions: stored } = options.storage
    const { revokeAll } = stored
    stored.revokeAll = () => Promise.reject(new Error('died'))
    await expect(accounts.ban(ana.user.id)).rejects.toThrow('died')
    stored.revokeAll = revokeAll
    await accounts.unban(ana.user.id)
    expect(await codeOf(sessions.refresh(ana.tokens.refreshToken))).toBe('session-revoked')
  })
})
