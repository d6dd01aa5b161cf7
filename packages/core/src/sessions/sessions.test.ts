import { describe, expect, test } from 'vitest'
import { codeOf, counting, createInstance } from '../../test/instance.ts'
import { createKith } from '../create-kith.ts'
import { RetryLaterError } from '../errors.ts'
import { createMemoryRevocations } from '../memory/memory-revocations.ts'
import { createMemoryStorage } from '../memory/memory-storage.ts'
import type { Revocations } from './revocations.ts'
import { generateSigningKey } from './signing-keys.ts'

const password = 'correct horse'

async function signedIn(overrides = {}) {
  const instance = createInstance(overrides)
  const signIn = await instance.kith.accounts.register({
    username: 'ana',
    email: 'ana@example.com',
    password,
  })
  const viewer = await instance.kith.sessions.authenticate(signIn.tokens.accessToken)
  return { ...instance, ...instance.kith, ...signIn, viewer }
}

describe('login', () => {
  test.each(['ana', 'ANA', 'ａｎａ', 'ana@example.com', 'Ana@Example.com'])('by %s', async (login) => {
    const { sessions, user } = await signedIn()
    expect((await sessions.login({ login, password })).user).toEqual(user)
  })

  test('needs one lookup of the account', async () => {
    const storage = createMemoryStorage()
    const { port, calls } = counting(storage.users)
    const { sessions } = await signedIn({ storage: { ...storage, users: port } })
    calls.length = 0
    await codeOf(sessions.login({ login: 'ana@example.com', password: 'wrong' }))
    expect(calls).toEqual(['byLogin'])
  })

  test('fails in the same way for a wrong password and for an unknown account', async () => {
    const { sessions } = await signedIn()
    const errors = await Promise.all(
      ['ana', 'nobody'].map((login) =>
        sessions.login({ login, password: 'wrong' }).catch((error: unknown) => error),
      ),
    )
    expect(errors[0]).toEqual(errors[1])
  })

  test('a ban, a deletion or a password change between the check and the session wins', async () => {
    for (const change of ['ban', 'delete', 'password'] as const) {
      const storage = createMemoryStorage()
      let act = async () => {}
      const sessionStore = {
        ...storage.sessions,
        async open(...args: Parameters<typeof storage.sessions.open>) {
          await act()
          return await storage.sessions.open(...args)
        },
      }
      const { sessions, accounts, viewer } = await signedIn({
        storage: { ...storage, sessions: sessionStore },
      })
      act = async () => {
        act = async () => {}
        if (change === 'ban') await accounts.ban(viewer.userId)
        if (change === 'delete') await accounts.delete(viewer, { password })
        if (change === 'password')
          await accounts.changePassword(viewer, { currentPassword: password, newPassword: 'battery staple' })
      }
      expect(await codeOf(sessions.login({ login: 'ana', password })), change).toBe(
        change === 'ban' ? 'account-banned' : 'invalid-credentials',
      )
      const live = await storage.sessions.list(viewer.userId, new Date('2026-01-01T00:00:00Z'), {
        limit: 10,
        before: null,
      })
      expect(
        live.map((session) => session.id),
        change,
      ).toHaveLength(change === 'password' ? 1 : 0)
    }
  })
})

describe('authenticate', () => {
  test('a known token needs no query', async () => {
    const storage = createMemoryStorage()
    const { port, calls } = counting(storage.sessions)
    const { sessions, tokens } = await signedIn({ storage: { ...storage, sessions: port } })
    calls.length = 0
    for (let time = 0; time < 100; time++) await sessions.authenticate(tokens.accessToken)
    expect(calls).toEqual([])
  })

  test('a known token still expires', async () => {
    const { sessions, tokens, advance } = await signedIn()
    advance(tokens.expiresIn)
    expect(await codeOf(sessions.authenticate(tokens.accessToken))).toBe('access-token-expired')
  })

  // asvs: 7.4.1
  test('a logout takes effect immediately, and after a restart', async () => {
    const { sessions, tokens, viewer, options } = await signedIn()
    await sessions.logout(viewer)
    expect(await codeOf(sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
    const restarted = createKith(options)
    expect(await codeOf(restarted.sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
    expect(await codeOf(restarted.sessions.refresh(tokens.refreshToken))).toBe('session-revoked')
  })

  test('a logout during the lookup of the session takes effect', async () => {
    const storage = createMemoryStorage()
    let afterRead = async () => {}
    const sessionStore = {
      ...storage.sessions,
      async byId(id: string) {
        const session = await storage.sessions.byId(id)
        await afterRead()
        return session
      },
    }
    const { kith } = createInstance({ storage: { ...storage, sessions: sessionStore } })
    const { user, session, tokens } = await kith.accounts.register({ username: 'ana', password })
    afterRead = () => kith.sessions.logout({ userId: user.id, sessionId: session.id })
    expect(await codeOf(kith.sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
  })

  test('if the denylist cannot be read, the caller has to retry, and a logout still ends the session', async () => {
    const known = createMemoryRevocations()
    let reachable = true
    const unavailable = new RetryLaterError('storage-unavailable', 1)
    const revocations: Revocations = {
      revoke: async (ids, until) => {
        if (!reachable) throw unavailable
        await known.revoke(ids, until)
      },
      isRevoked: (id) => (reachable ? known.isRevoked(id) : Promise.reject(unavailable)),
    }
    const { sessions, tokens, viewer, events } = await signedIn({ revocations })
    const told: string[] = []
    events.on('session.revoked', ({ sessionId }) => void told.push(sessionId))
    reachable = false
    await expect(sessions.authenticate(tokens.accessToken)).rejects.toBe(unavailable)
    await expect(sessions.logout(viewer)).rejects.toBe(unavailable)
    expect(told).toEqual([viewer.sessionId])
    reachable = true
    // The second call finishes what the first one started.
    await sessions.logout(viewer)
    expect(await codeOf(sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
    expect(told).toEqual([viewer.sessionId])
  })

  test('a banned account is refused at its next request', async () => {
    const { sessions, accounts, tokens, viewer } = await signedIn()
    await accounts.ban(viewer.userId)
    expect(await codeOf(sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
    expect(await codeOf(sessions.refresh(tokens.refreshToken))).toBe('session-revoked')
    expect(await codeOf(sessions.login({ login: 'ana', password }))).toBe('account-banned')
    expect(await codeOf(sessions.login({ login: 'ana', password: 'wrong' }))).toBe('invalid-credentials')
    await accounts.unban(viewer.userId)
    expect(await codeOf(sessions.login({ login: 'ana', password }))).toBe('no error')
  })
})

describe('refresh', () => {
  test('20 concurrent refreshes rotate once, and all get usable tokens', async () => {
    const { sessions, tokens, viewer, options } = await signedIn()
    const answers = await Promise.all(Array.from({ length: 20 }, () => sessions.refresh(tokens.refreshToken)))
    expect((await options.storage.sessions.byId(viewer.sessionId ?? ''))?.generation).toBe(1)
    for (const answer of answers) {
      expect((await sessions.authenticate(answer.tokens.accessToken)).sessionId).toBe(viewer.sessionId)
      expect(answer.tokens.refreshToken).toBe(answers[0]?.tokens.refreshToken)
    }
    await sessions.refresh(answers[7]?.tokens.refreshToken ?? '')
  })

  test('the previous token gets the same successor within the grace, and ends the session after it', async () => {
    const { sessions, tokens, advance } = await signedIn()
    const first = await sessions.refresh(tokens.refreshToken)
    advance(10)
    const again = await sessions.refresh(tokens.refreshToken)
    expect(again.tokens.refreshToken).toBe(first.tokens.refreshToken)
    advance(0.001)
    expect(await codeOf(sessions.refresh(tokens.refreshToken))).toBe('refresh-token-reused')
    expect(await codeOf(sessions.refresh(first.tokens.refreshToken))).toBe('session-revoked')
    expect(await codeOf(sessions.authenticate(first.tokens.accessToken))).toBe('session-revoked')
  })

  test('a token two generations old ends the session even within the grace', async () => {
    const { sessions, tokens, events } = await signedIn()
    const seen: unknown[] = []
    events.on('session.reuse-detected', (event) => void seen.push(event))
    const child = await sessions.refresh(tokens.refreshToken)
    await sessions.refresh(child.tokens.refreshToken)
    expect(await codeOf(sessions.refresh(tokens.refreshToken, { address: '203.0.113.7' }))).toBe(
      'refresh-token-reused',
    )
    expect(seen).toMatchObject([{ address: '203.0.113.7' }])
  })

  // asvs: 7.4.1
  test('the grace does not revive a revoked session', async () => {
    const { sessions, tokens, viewer } = await signedIn()
    await sessions.refresh(tokens.refreshToken)
    await sessions.logout(viewer)
    expect(await codeOf(sessions.refresh(tokens.refreshToken))).toBe('session-revoked')
  })

  // asvs: 7.3.1
  test('a refresh extends the session, which expires if it is not refreshed', async () => {
    const { sessions, tokens, session, advance } = await signedIn()
    advance(29 * 86_400)
    const next = await sessions.refresh(tokens.refreshToken)
    expect(Date.parse(next.session.expiresAt) - Date.parse(session.expiresAt)).toBe(29 * 86_400_000)
    advance(30 * 86_400)
    expect(await codeOf(sessions.refresh(next.tokens.refreshToken))).toBe('refresh-token-expired')
  })

  test('a secret rotation keeps people signed in', async () => {
    const { tokens, options } = await signedIn()
    const secret = { current: 'a newer secret, also of 32 characters', previous: [options.secret as string] }
    const kith = createKith({ ...options, secret })
    await kith.sessions.authenticate(tokens.accessToken)
    const next = await kith.sessions.refresh(tokens.refreshToken)
    const after = createKith({ ...options, secret: secret.current })
    await after.sessions.refresh(next.tokens.refreshToken)
    expect(await codeOf(after.sessions.refresh(tokens.refreshToken))).toBe('refresh-token-invalid')
  })

  test('a clock that steps back ends no session and renews no old token', async () => {
    for (const [back, code] of [
      [-1, 'no error'],
      [-3600, 'refresh-token-reused'],
    ] as const) {
      const { sessions, tokens, advance, options } = await signedIn()
      const next = await sessions.refresh(tokens.refreshToken)
      advance(back)
      const third = await sessions.refresh(next.tokens.refreshToken)
      advance(60 - back)
      const other = createKith(options)
      const fourth = await sessions.refresh(third.tokens.refreshToken)
      // The clocks of two processes are never exactly equal.
      advance(back)
      expect(await codeOf(other.sessions.refresh(third.tokens.refreshToken))).toBe(code)
      if (code === 'no error') await sessions.refresh(fourth.tokens.refreshToken)
    }
  })

  test('a refresh within the grace from another place is reported with both places', async () => {
    const { sessions, events, tokens } = await signedIn()
    const seen: unknown[] = []
    events.on('session.grace-used', (event) => void seen.push(event))
    const home = { address: '203.0.113.7', userAgent: 'Browser/1.0' }
    await sessions.refresh(tokens.refreshToken, home)
    await sessions.refresh(tokens.refreshToken, home)
    await sessions.refresh(tokens.refreshToken)
    expect(seen).toEqual([])
    const thief = { address: '198.51.100.1', userAgent: 'Browser/1.0' }
    await sessions.refresh(tokens.refreshToken, thief)
    await sessions.refresh(tokens.refreshToken, { ...home, userAgent: 'curl/8' })
    expect(seen).toMatchObject([
      { first: home, second: thief },
      { first: home, second: { ...home, userAgent: 'curl/8' } },
    ])
  })

  test('only invalid tokens count toward the limit of an IP address', async () => {
    const { sessions, tokens } = await signedIn({
      limits: { refreshByAddress: [{ limit: 3, window: '1m' }] },
    })
    const client = { address: '203.0.113.7' }
    const codes: string[] = []
    for (let call = 0; call < 4; call++) codes.push(await codeOf(sessions.refresh('junk', client)))
    expect(codes[3]).toBe('rate-limited')
    await sessions.refresh(tokens.refreshToken, client)
  })

  // asvs: 7.3.2
  test('maxLifetime also applies to sessions that were opened before it was shortened', async () => {
    const { tokens, options, advance } = await signedIn()
    advance(2 * 86_400)
    const kith = createKith({ ...options, sessions: { maxLifetime: '1d' } })
    expect(await codeOf(kith.sessions.refresh(tokens.refreshToken))).toBe('refresh-token-expired')
  })
})

describe('devices', () => {
  // asvs: 7.4.3, 7.5.2
  test('lists live sessions with device, IP address and last use; ends one, the others or all', async () => {
    const { sessions, tokens, viewer, advance } = await signedIn()
    advance(60)
    const client = { address: '203.0.113.7', userAgent: 'Browser/1.0' }
    const phone = await sessions.login({ login: 'ana', password, deviceName: 'Phone' }, client)
    advance(60)
    await sessions.refresh(phone.tokens.refreshToken, { address: '203.0.113.8' })
    const { items } = await sessions.list(viewer)
    expect(items).toMatchObject([
      {
        deviceName: 'Phone',
        address: '203.0.113.8',
        userAgent: 'Browser/1.0',
        current: false,
        lastUsedAt: '2026-01-01T00:02:00.000Z',
      },
      { id: viewer.sessionId, deviceName: null, current: true, lastUsedAt: '2026-01-01T00:00:00.000Z' },
    ])

    await sessions.revoke(viewer, phone.session.id)
    expect(await codeOf(sessions.authenticate(phone.tokens.accessToken))).toBe('session-revoked')
    expect(await codeOf(sessions.revoke(viewer, phone.session.id))).toBe('session-not-found')

    const other = await sessions.login({ login: 'ana', password })
    await sessions.logoutEverywhere(viewer, { exceptCurrent: true })
    expect(await codeOf(sessions.authenticate(other.tokens.accessToken))).toBe('session-revoked')
    await sessions.authenticate(tokens.accessToken)
    await sessions.logoutEverywhere(viewer)
    expect(await codeOf(sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
  })

  test('an account can neither end nor deny the session of another', async () => {
    const { sessions, accounts, viewer } = await signedIn()
    const ben = await accounts.register({ username: 'ben', password })
    expect(await codeOf(sessions.revoke(viewer, ben.session.id))).toBe('session-not-found')
    await sessions.authenticate(ben.tokens.accessToken)
    await sessions.refresh(ben.tokens.refreshToken)
  })

  test('a logout with a refresh token ends its session; an invalid token does nothing', async () => {
    const { sessions, tokens } = await signedIn()
    await sessions.logoutByRefreshToken('nonsense')
    await sessions.authenticate(tokens.accessToken)
    await sessions.logoutByRefreshToken(tokens.refreshToken)
    await sessions.logoutByRefreshToken(tokens.refreshToken)
    expect(await codeOf(sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
  })
})

describe('an end of a session that the storage completes without confirming it', () => {
  /** Two processes; the storage of one starts failing after its first change of a session. */
  async function halfway() {
    const storage = createMemoryStorage()
    let failing = false
    const failAfter = <Args extends unknown[], Answer>(verb: (...args: Args) => Promise<Answer>) => {
      return async (...args: Args): Promise<Answer> => {
        const answer = await verb(...args)
        if (!failing) return answer
        failing = false
        throw new RetryLaterError('storage-unavailable', 5)
      }
    }
    const sessions = {
      ...storage.sessions,
      revoke: failAfter(storage.sessions.revoke),
      revokeAll: failAfter(storage.sessions.revokeAll),
    }
    const signed = await signedIn({ storage: { ...storage, sessions } })
    const revocations = signed.kith.config.revocations
    const other = createKith({ ...signed.options, revocations })
    const fresh = createKith({ ...signed.options, revocations })
    const phone = await signed.sessions.login({ login: 'ana', password })
    for (const { accessToken } of [signed.tokens, phone.tokens])
      await other.sessions.authenticate(accessToken)
    failing = true
    const denied = (accessToken: string) => codeOf(other.sessions.authenticate(accessToken))
    return { ...signed, fresh, phone, denied }
  }

  test('a logout takes effect everywhere once it is repeated, in any process and with either token', async () => {
    for (const way of ['logoutByAccessToken', 'logoutByRefreshToken'] as const) {
      for (const purged of [false, true]) {
        const { sessions, tokens, fresh, denied, advance, upkeep } = await halfway()
        const token = way === 'logoutByAccessToken' ? tokens.accessToken : tokens.refreshToken
        expect(await codeOf(sessions[way](token))).toBe('storage-unavailable')
        advance(1)
        if (purged) await upkeep.run()
        await fresh.sessions[way](token)
        expect(await denied(tokens.accessToken)).toBe('session-revoked')
      }
    }
  })

  test('a process denies tokens before it ends their sessions, in case it dies in between', async () => {
    for (const change of ['everywhere', 'ban', 'password', 'edit', 'delete'] as const) {
      const storage = createMemoryStorage()
      let died = () => {}
      const death = new Promise<void>((resolve) => {
        died = resolve
      })
      const sessionStore = {
        ...storage.sessions,
        async revokeAll(...args: Parameters<typeof storage.sessions.revokeAll>) {
          await storage.sessions.revokeAll(...args)
          died()
          return await new Promise<string[]>(() => {})
        },
      }
      const { sessions, viewer, tokens, options } = await signedIn({ storage })
      const other = createKith(options)
      const phone = await sessions.login({ login: 'ana', password })
      for (const { accessToken } of [tokens, phone.tokens]) await other.sessions.authenticate(accessToken)
      const dying = createKith({
        ...options,
        revocations: other.config.revocations,
        storage: { ...storage, sessions: sessionStore },
      })
      const acts = {
        everywhere: () => dying.sessions.logoutEverywhere(viewer),
        ban: () => dying.accounts.ban(viewer.userId),
        password: () =>
          dying.accounts.changePassword(viewer, { currentPassword: password, newPassword: 'battery staple' }),
        edit: () => dying.accounts.edit(viewer, { username: 'eva', currentPassword: password }),
        delete: () => dying.accounts.delete(viewer, { password }),
      }
      void acts[change]()
      await death
      for (const { accessToken } of [tokens, phone.tokens])
        expect(await codeOf(other.sessions.authenticate(accessToken)), change).toBe('session-revoked')
    }
  })

  test('ending a session by its id again denies its tokens, although it is no longer found', async () => {
    const { sessions, viewer, phone, fresh, denied } = await halfway()
    expect(await codeOf(sessions.revoke(viewer, phone.session.id))).toBe('storage-unavailable')
    expect(await codeOf(fresh.sessions.revoke(viewer, phone.session.id))).toBe('session-not-found')
    expect(await denied(phone.tokens.accessToken)).toBe('session-revoked')
  })

  test('ending the other sessions denies their tokens immediately', async () => {
    const { sessions, viewer, tokens, phone, denied } = await halfway()
    const ending = sessions.logoutEverywhere(viewer, { exceptCurrent: true })
    expect(await codeOf(ending)).toBe('storage-unavailable')
    expect(await denied(phone.tokens.accessToken)).toBe('session-revoked')
    expect(await denied(tokens.accessToken)).toBe('no error')
  })
})

describe('an account has at most maxPerAccount sessions', () => {
  // asvs: 7.1.2
  test('one more ends the least recently used one, and its tokens immediately', async () => {
    const { sessions, tokens, advance } = await signedIn({ sessions: { maxPerAccount: 3 } })
    const signIn = async () => {
      advance(1)
      return await sessions.login({ login: 'ana', password })
    }
    const [second, third] = [await signIn(), await signIn()]
    await sessions.authenticate(second.tokens.accessToken)
    advance(1)
    const used = await sessions.refresh(tokens.refreshToken)
    await signIn()
    expect(await codeOf(sessions.authenticate(second.tokens.accessToken))).toBe('session-revoked')
    expect(await codeOf(sessions.refresh(second.tokens.refreshToken))).toBe('session-revoked')
    await sessions.refresh(used.tokens.refreshToken)
    await sessions.refresh(third.tokens.refreshToken)
  })

  test('a clock that was set back locks nobody out', async () => {
    const { sessions, advance } = await signedIn({ sessions: { maxPerAccount: 1 } })
    advance(-3600)
    const { tokens } = await sessions.login({ login: 'ana', password })
    await sessions.authenticate(tokens.accessToken)
    await sessions.refresh(tokens.refreshToken)
  })
})

describe('entering the password again', () => {
  test('ends every session, including the current one, and opens a new one with its device name', async () => {
    const { accounts, sessions, viewer, tokens, storage } = await lastingInstance()
    const phone = await sessions.login({ login: 'ana', password, deviceName: 'Phone' })
    const asking = await sessions.authenticate(phone.tokens.accessToken)
    const { user, signIn } = await accounts.edit(asking, {
      phone: '+4915112345678',
      currentPassword: password,
    })
    expect(user).toEqual({ ...signIn?.user, counts: { posts: 0, followers: 0, following: 0 } })
    for (const old of [tokens, phone.tokens]) {
      expect(await codeOf(sessions.authenticate(old.accessToken))).toBe('session-revoked')
      expect(await codeOf(sessions.refresh(old.refreshToken))).toBe('session-revoked')
    }
    expect((await sessions.refresh(signIn?.tokens.refreshToken ?? '')).session.id).toBe(signIn?.session.id)
    const live = await storage.sessions.list(viewer.userId, new Date('2026-01-01'), {
      limit: 9,
      before: null,
    })
    expect(live.map(({ id, deviceName }) => [id, deviceName])).toEqual([[signIn?.session.id, 'Phone']])
  })

  test('opens no session if the password was changed meanwhile, but one if its hash was only renewed', async () => {
    for (const change of ['password', 'ban', 'hash'] as const) {
      const { accounts, viewer, storage, betweenEndAndOpen } = await lastingInstance()
      betweenEndAndOpen(async () => {
        const user = await storage.users.byId(viewer.userId)
        const next = change === 'hash' ? password : 'battery staple'
        if (change === 'ban') await accounts.ban(viewer.userId)
        else
          await storage.users.replacePassword(viewer.userId, user?.passwordHash ?? null, await hashed(next))
      })
      const edited = accounts.edit(viewer, { username: 'eva', currentPassword: password })
      if (change === 'hash') expect((await edited).signIn).not.toBeNull()
      else expect(await codeOf(edited)).toBe(change === 'ban' ? 'account-banned' : 'invalid-credentials')
      const live = await storage.sessions.list(viewer.userId, new Date('2026-01-01'), {
        limit: 9,
        before: null,
      })
      expect(live, change).toHaveLength(change === 'hash' ? 1 : 0)
    }
  })

  /** An instance with a hook that runs before a session is stored. */
  async function lastingInstance() {
    const storage = createMemoryStorage()
    let act = async () => {}
    const sessions = {
      ...storage.sessions,
      async open(...args: Parameters<typeof storage.sessions.open>) {
        const doing = act
        act = async () => {}
        await doing()
        return await storage.sessions.open(...args)
      },
    }
    const signed = await signedIn({ storage: { ...storage, sessions } })
    const betweenEndAndOpen = (doing: () => Promise<void>): void => void (act = doing)
    return { ...signed, storage, betweenEndAndOpen }
  }

  async function hashed(text: string): Promise<string> {
    const { kith, options } = createInstance()
    const { user } = await kith.accounts.register({ username: 'other', password: text })
    return (await options.storage.users.byId(user.id))?.passwordHash ?? ''
  }
})

describe('invalid input', () => {
  const broken: readonly object[] = [
    {},
    { login: 7 },
    { login: 'ana' },
    { login: 'a', password: 'b', more: 1 },
  ]

  test('counts by IP address, and on a known device also by device', async () => {
    const { sessions, tokens } = await signedIn()
    const home = { address: '192.0.2.1' }
    for (let call = 0; call < 30; call++)
      expect(await codeOf(sessions.login(broken[call % 4] as never, home))).toBe('invalid-input')
    expect(await codeOf(sessions.login({} as never, home))).toBe('rate-limited')
    expect(await codeOf(sessions.login({ login: 'ana', password }, home))).toBe('rate-limited')
    // The device can continue after its IP address is at the limit: it uses up its own allowance, and then that of an IP address …
    const device = { ...home, device: tokens.deviceToken }
    for (let call = 0; call < 29; call++)
      expect(await codeOf(sessions.login(broken[call % 4] as never, device))).toBe('invalid-input')
    await sessions.login({ login: 'ana', password }, device)
    expect(await codeOf(sessions.login({} as never, device))).toBe('rate-limited')
    // … so a copy of its token locks it out nowhere else, where it is a stranger.
    await sessions.login({ login: 'ana', password }, { ...device, address: '192.0.2.9' })
  })

  test('of a registration uses none of the 20 accounts', async () => {
    const { accounts } = createInstance().kith
    const client = { address: '192.0.2.1' }
    for (let call = 0; call < 39; call++)
      expect(await codeOf(accounts.register({} as never, client))).toBe('invalid-input')
    for (let call = 0; call < 20; call++)
      await accounts.register({ username: `person${call}`, password: 'correct horse' }, client)
    expect(await codeOf(accounts.register({ username: 'late', password: 'correct horse' }, client))).toBe(
      'rate-limited',
    )
    expect(await codeOf(accounts.register({} as never, client))).toBe('rate-limited')
  })
})

describe('the host, acting for an account', () => {
  test('ends no session with `logout`, and all of them with `exceptCurrent`', async () => {
    const storage = createMemoryStorage()
    const { port, calls } = counting(storage.sessions)
    const { kith, sessions, tokens, viewer } = await signedIn({ storage: { ...storage, sessions: port } })
    const host = kith.viewerOf(viewer.userId)
    calls.length = 0
    await sessions.logout(host)
    expect(calls).toEqual([])
    await sessions.logoutEverywhere(host, { exceptCurrent: true })
    expect(await codeOf(sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
    expect(await codeOf(sessions.refresh(tokens.refreshToken))).toBe('session-revoked')
  })
})

test('ending the current session needs no fresh proof, and ending others does', async () => {
  const { sessions, tokens, viewer, advance } = await signedIn()
  const phone = await sessions.login({ login: 'ana', password })
  advance(3_600)
  expect(await codeOf(sessions.revoke(viewer, phone.session.id))).toBe('proof-required')
  await sessions.revoke(viewer, viewer.sessionId ?? '')
  expect(await codeOf(sessions.refresh(tokens.refreshToken))).toBe('session-revoked')
  await sessions.refresh(phone.tokens.refreshToken)
})

test('a logout with a refresh token records its actor and place', async () => {
  const client = { address: '203.0.113.7', userAgent: 'Browser/1.0' }
  const { sessions, tokens, viewer, kith } = await signedIn({ audit: { keepFor: '30d' } })
  await sessions.logoutByRefreshToken(tokens.refreshToken, client)
  expect((await kith.audit.list(viewer.userId)).items[0]).toMatchObject({
    action: 'session.revoked',
    actor: { kind: 'self', sessionId: viewer.sessionId },
    ...client,
  })
  expect(await codeOf(sessions.logoutByRefreshToken(tokens.accessToken))).toBe('no error')
})

test('public keys are available if tokens are signed with key pairs', async () => {
  const signingKey = await generateSigningKey('ES256')
  const { jwks } = createInstance({ sessions: { signingKeys: [signingKey] } }).kith.sessions
  expect(jwks()?.keys.map(({ kid }) => kid)).toEqual([signingKey.kid])
  expect(createInstance().kith.sessions.jwks()).toBeNull()
})
