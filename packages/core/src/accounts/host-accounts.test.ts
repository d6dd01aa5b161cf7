import { describe, expect, test } from 'vitest'
import { codeOf, createInstance } from '../../test/instance.ts'

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

  test('of no account, and of a strange text, is refused', async () => {
    const { accounts, follows, kith } = await withAna()
    for (const id of ['nobody', '', '\0', '\ud800', '0'.repeat(100_000)]) {
      const viewer = kith.viewerOf(id)
      expect(await codeOf(accounts.me(viewer))).toBe('unauthenticated')
      expect(await codeOf(accounts.requireRole(viewer, ['member']))).toBe('unauthenticated')
      expect(await codeOf(follows.add(viewer, 'ana'))).toBe('session-revoked')
    }
  })

  test('has no session to end, and ends all others by name', async () => {
    const { sessions, kith, ana } = await withAna()
    const viewer = kith.viewerOf(ana.user.id)
    await sessions.logout(viewer)
    expect((await sessions.list(viewer)).items).toMatchObject([{ id: ana.session.id, current: false }])
    await sessions.logoutEverywhere(viewer, { exceptCurrent: true })
    expect((await sessions.list(viewer)).items).toEqual([])
  })

  test('gives the password in its account’s name, and gets a session', async () => {
    const { accounts, sessions, kith, ana } = await withAna()
    const viewer = kith.viewerOf(ana.user.id)
    const change = { currentPassword: password, newPassword: 'battery staple' }
    const signIn = await accounts.changePassword(viewer, change)
    expect((await sessions.list(viewer)).items.map(({ id }) => id)).toEqual([signIn.session.id])
  })

  test('counts by account where others count by session', async () => {
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
  test('reads accounts by id, in the order of the ids', async () => {
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

  test('asks for no more than a hundred ids at a time, and only for texts', async () => {
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
  test('is made once, for one who may have no identifier', async () => {
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

  test('of twenty concurrent calls one makes it, and all get it', async () => {
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

  test('takes no name that others have, and no field that is off', async () => {
    const { accounts } = await withAna()
    expect(await codeOf(accounts.shadow('a', { username: 'ana' }))).toBe('identifier-taken')
    expect(await accounts.byId(accounts.shadowId('a'))).toBeNull()
    expect(await codeOf(accounts.shadow('a', { passwordHash: null } as object))).toBe('invalid-input')
  })

  test.each(['', '\ud800', 'a\0', 'a'.repeat(1_001), null])('is not made for %j', async (externalId) => {
    const { accounts } = await withAna()
    expect(await codeOf(accounts.shadow(externalId as never))).toBe('invalid-input')
    expect(() => accounts.shadowId(externalId as never)).toThrow()
  })
})

describe('a session that the host opens', () => {
  test('is one like any other, with a device', async () => {
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

  test('is refused to nobody, to one who is banned, and to one who is deleted meanwhile', async () => {
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
