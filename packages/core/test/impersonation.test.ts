import {
  createKith,
  KithError,
  RetryLaterError,
  type Kith,
  type KithOptions,
  type SignIn,
  type Viewer,
} from '@kith/core'
import { decodeJwt } from 'jose'
import { describe, expect, test } from 'vitest'
import { password, viewerOf } from './audit-actions.ts'
import { createRefreshTokens } from '../src/sessions/refresh-token.ts'
import { createDeviceKey } from './device-key.ts'
import { codeOf, createInstance, type Instance } from './instance.ts'
import { createMailbox } from './mailbox.ts'

const client = { address: '192.0.2.9', userAgent: 'Desk/1' }
const reason = 'Ticket 7: posts are missing'

interface Desk extends Instance {
  admin: Viewer
  adminTokens: SignIn['tokens']
  ada: SignIn
  /** Acts as Ada. */
  act(): Promise<SignIn>
}

async function desk(options: Partial<KithOptions> = {}): Promise<Desk> {
  const sessions = { impersonation: {}, ...options.sessions }
  const made = createInstance({ audit: { keepFor: '30d' }, ...options, sessions })
  const { accounts } = made.kith
  const ada = await accounts.register({ username: 'ada', email: 'ada@example.com', password })
  const cleo = await accounts.register({ username: 'cleo', password })
  await accounts.setRole(cleo.user.id, 'admin')
  const admin = viewerOf(cleo)
  const input = { userId: ada.user.id, reason }
  return {
    ...made,
    admin,
    adminTokens: cleo.tokens,
    ada,
    act: () => made.kith.sessions.impersonate(admin, input, client),
  }
}

/** Another process over the same storage, with empty caches. */
function elsewhere({ options }: Instance): Kith {
  return createKith(options)
}

describe('who may act', () => {
  test('an admin acts as a member, which the token, the viewer and the session list show', async () => {
    const { kith, admin, ada, act } = await desk()
    const opened = await act()
    expect(decodeJwt(opened.tokens.accessToken)).toMatchObject({
      sub: ada.user.id,
      act: { sub: admin.userId },
      roles: ['member'],
      auth_time: 0,
    })
    const viewer = await kith.sessions.authenticate(opened.tokens.accessToken)
    expect(viewer).toEqual({
      userId: ada.user.id,
      sessionId: opened.session.id,
      role: 'member',
      provedAt: new Date(0),
      methods: [],
      actorId: admin.userId,
    })
    expect(await kith.accounts.me(viewer)).toMatchObject({ username: 'ada' })
    const { items } = await kith.sessions.list(viewerOf(ada))
    expect(items.map(({ impersonated }) => impersonated)).toEqual([true, false])
    expect(items[0]).toMatchObject({ id: opened.session.id, address: null, userAgent: null })
    expect(opened.tokens.deviceToken).toBeUndefined()
  })

  test('a session that acts ends after 30 minutes, whatever other sessions may', async () => {
    const { kith, act } = await desk()
    const { session } = await act()
    const { createdAt, expiresAt } = (await kith.storage.sessions.byId(session.id)) ?? {}
    expect((expiresAt?.getTime() ?? 0) - (createdAt?.getTime() ?? 0)).toBe(1_800_000)
  })

  test('its refresh token shows who acts: the logout with it is logged as the admin’s', async () => {
    const { kith, admin, ada, act } = await desk()
    const { tokens, session } = await act()
    expect(await kith.sessions.isImpersonated(tokens.refreshToken)).toBe(true)
    expect(await kith.sessions.isImpersonated(ada.tokens.refreshToken)).toBe(false)
    await kith.sessions.logoutByRefreshToken(tokens.refreshToken, client)
    const { items } = await kith.audit.list(ada.user.id)
    expect(items[0]).toMatchObject({
      action: 'session.revoked',
      actor: { kind: 'admin', userId: admin.userId, sessionId: session.id },
      ...client,
    })
    await kith.sessions.logoutByRefreshToken(ada.tokens.refreshToken, client)
    const [last] = (await kith.audit.list(ada.user.id)).items
    expect(last).toMatchObject({ action: 'session.revoked', actor: { kind: 'self' } })
  })

  test('without the option nobody can, and earlier acting sessions are refused', async () => {
    const made = await desk()
    const { tokens } = await made.act()
    const { kith } = createInstance({ storage: made.options.storage })
    const input = { userId: made.ada.user.id, reason }
    expect(await codeOf(kith.sessions.impersonate(made.admin, input))).toBe('not-configured')
    expect(await codeOf(kith.sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
    expect(await codeOf(kith.sessions.refresh(tokens.refreshToken))).toBe('refresh-token-expired')
  })

  test('members, moderators, admins with an old proof, and former admins cannot', async () => {
    const { kith, admin, ada, act, advance } = await desk()
    const ben = await kith.accounts.register({ username: 'ben', password })
    const asBen = () => kith.sessions.impersonate(viewerOf(ben), { userId: ada.user.id, reason })
    expect(await codeOf(asBen())).toBe('role-required')
    await kith.accounts.setRole(ben.user.id, 'moderator')
    expect(await codeOf(asBen())).toBe('role-required')
    advance(601)
    expect(await codeOf(act())).toBe('proof-required')
    await kith.sessions.prove(admin, { password })
    expect(await codeOf(act())).toBe('no error')
    await kith.accounts.setRole(admin.userId, 'member')
    expect(await codeOf(act())).toBe('role-required')
  })

  test('nobody can act as themselves, an admin, a moderator, or a deleted or banned account', async () => {
    const { kith, admin, ada } = await desk()
    const as = (userId: string, given = reason) =>
      codeOf(kith.sessions.impersonate(admin, { userId, reason: given }))
    expect(await as(admin.userId)).toBe('not-impersonable')
    for (const role of ['moderator', 'admin', 'editor']) {
      await kith.accounts.setRole(ada.user.id, role)
      expect(await as(ada.user.id)).toBe('not-impersonable')
    }
    await kith.accounts.setRole(ada.user.id, 'member')
    expect(await as(ada.user.id, '  ')).toBe('invalid-input')
    expect(await as(ada.user.id, 'x'.repeat(501))).toBe('invalid-input')
    await kith.accounts.ban(ada.user.id)
    expect(await as(ada.user.id)).toBe('account-banned')
    expect(await as('018f5a5e-0000-7000-8000-000000000000')).toBe('account-not-found')
  })

  test('an admin signed in by the app itself has no session here: a ban or a role change still ends the acting session', async () => {
    const { kith, admin, ada } = await desk()
    const act = () => kith.sessions.impersonate(kith.viewerOf(admin.userId), { userId: ada.user.id, reason })
    const first = await act()
    expect((await kith.sessions.authenticate(first.tokens.accessToken)).actorId).toBe(admin.userId)
    await kith.accounts.setRole(admin.userId, 'member')
    expect(await codeOf(kith.sessions.authenticate(first.tokens.accessToken))).toBe('session-revoked')
    await kith.accounts.setRole(admin.userId, 'admin')
    const second = await act()
    await kith.accounts.ban(admin.userId)
    expect(await codeOf(kith.sessions.authenticate(second.tokens.accessToken))).toBe('session-revoked')
    expect(await codeOf(kith.sessions.refresh(second.tokens.refreshToken))).toBe('session-revoked')
  })

  test('an admin signed in by the app itself can continue, even after a short failure of the storage', async () => {
    const { kith, admin, ada, options } = await desk()
    const { users } = options.storage
    const input = { userId: ada.user.id, reason }
    const { tokens } = await kith.sessions.impersonate(kith.viewerOf(admin.userId), input)
    const { byId } = users
    users.byId = (id) => (id === admin.userId ? Promise.reject(new Error('away')) : byId(id))
    await expect(kith.sessions.refresh(tokens.refreshToken)).rejects.toThrow('away')
    users.byId = () => Promise.reject(new KithError('not-configured'))
    expect(await codeOf(kith.sessions.refresh(tokens.refreshToken))).toBe('not-configured')
    users.byId = (id) =>
      id === admin.userId ? Promise.reject(new RetryLaterError('storage-unavailable', 1)) : byId(id)
    expect(await codeOf(kith.sessions.refresh(tokens.refreshToken))).toBe('storage-unavailable')
    users.byId = byId
    const { tokens: next } = await kith.sessions.refresh(tokens.refreshToken)
    expect((await kith.sessions.authenticate(next.accessToken)).actorId).toBe(admin.userId)
  })

  test('custom roles may act, or be acted as, if the option names them', async () => {
    const impersonation = { by: ['support'], as: ['member', 'editor'], ttl: '5m' } as const
    const { kith, admin, ada, act } = await desk({ sessions: { impersonation } })
    expect(await codeOf(act())).toBe('role-required')
    await kith.accounts.setRole(admin.userId, 'support')
    await kith.accounts.setRole(ada.user.id, 'editor')
    expect(await codeOf(act())).toBe('no error')
    for (const wrong of [{ by: ['a'], as: ['a'] }, { ttl: '13h' }, { by: [] }, { as: ['Member'] }])
      expect(() => createInstance({ sessions: { impersonation: wrong as never } })).toThrow(TypeError)
  })
})

describe('what an acting admin cannot touch', () => {
  test('the ways in to the account, its exports, its deletion and its other sessions', async () => {
    const { kith, ada, act } = await desk({ messages: { email: createMailbox() } })
    const opened = await act()
    const token = await kith.sessions.authenticate(opened.tokens.accessToken)
    // A host may have rebuilt the viewer without the claims of the token.
    const plain: Viewer = { userId: token.userId, sessionId: token.sessionId }
    for (const viewer of [token, plain]) {
      const refused: Record<string, () => Promise<unknown>> = {
        username: () => kith.accounts.edit(viewer, { username: 'eve', currentPassword: password }),
        email: () => kith.accounts.edit(viewer, { email: 'eve@example.com', currentPassword: password }),
        password: () =>
          kith.accounts.changePassword(viewer, { currentPassword: password, newPassword: 'other horse 1' }),
        deletion: () => kith.accounts.delete(viewer, { password }),
        export: () => kith.accounts.export(viewer)[Symbol.asyncIterator]().next(),
        verify: () => kith.addresses.verify(viewer, { kind: 'email' }),
        address: () => kith.addresses.change(viewer, { email: 'e@example.com', currentPassword: password }),
        prove: () => kith.sessions.prove(viewer, { password }),
        sendProof: () => kith.sessions.sendProofCode(viewer, { kind: 'email' }),
        proveByCode: () => kith.sessions.prove(viewer, { flow: ada.user.id, code: '123456' }),
        fresh: () => kith.sessions.requireFresh(viewer, '12h'),
        everywhere: () => kith.sessions.logoutEverywhere(viewer),
        another: () => kith.sessions.revoke(viewer, ada.session.id),
        totp: () => kith.factors.beginTotp(viewer),
        confirmTotp: () => kith.factors.confirmTotp(viewer, { token: 'a.b', code: '123456' }),
        codes: () => kith.factors.renewRecoveryCodes(viewer),
        rename: () => kith.credentials.rename(viewer, 'x', { name: 'Mine' }),
        remove: () => kith.credentials.remove(viewer, 'x'),
        further: () => kith.sessions.impersonate(viewer, { userId: ada.user.id, reason }),
      }
      for (const [name, call] of Object.entries(refused))
        expect([name, await codeOf(call())]).toEqual([name, 'impersonated'])
    }
    expect(await codeOf(kith.accounts.edit(token, { name: 'Ada L.' }))).toBe('no error')
    expect(await codeOf(kith.sessions.authenticate(ada.tokens.accessToken))).toBe('no error')
    expect(await codeOf(kith.sessions.login({ login: 'ada', password }))).toBe('no error')
  })

  test('it displaces no session of the owner, and does not count as a device of the account', async () => {
    const { kith, ada, act } = await desk({ sessions: { impersonation: {}, maxPerAccount: 1 } })
    await act()
    expect(await codeOf(kith.sessions.authenticate(ada.tokens.accessToken))).toBe('no error')
    expect((await kith.sessions.list(viewerOf(ada))).items).toHaveLength(2)
  })
})

describe('how acting ends', () => {
  test('after its lifetime, however often it is refreshed', async () => {
    const { kith, act, advance } = await desk()
    let { tokens } = await act()
    for (let minutes = 0; minutes < 30; minutes += 10) {
      tokens = (await kith.sessions.refresh(tokens.refreshToken)).tokens
      expect(decodeJwt(tokens.accessToken)).toHaveProperty('act')
      advance(600)
    }
    expect(await codeOf(kith.sessions.refresh(tokens.refreshToken))).toBe('refresh-token-expired')
    expect(await codeOf(kith.sessions.authenticate(tokens.accessToken))).toBe('access-token-expired')
  })

  const ends: Record<string, (made: Desk) => Promise<unknown>> = {
    'a logout of the admin': ({ kith, admin }) => kith.sessions.logout(admin),
    'the end of all sessions of the admin': ({ kith, admin }) => kith.sessions.endAll(admin.userId),
    'a role change of the admin': ({ kith, admin }) => kith.accounts.setRole(admin.userId, 'moderator'),
    'a ban of the admin': ({ kith, admin }) => kith.accounts.ban(admin.userId),
    'a deletion of the admin': ({ kith, admin }) => kith.accounts.remove(admin.userId),
    'a new password of the admin': ({ kith, admin }) =>
      kith.accounts.setPassword(admin.userId, 'another horse 99'),
    'an end by the owner, in the list': ({ kith, ada, act: _act }) => endActed(kith, viewerOf(ada)),
    'a ban of the account': ({ kith, ada }) => kith.accounts.ban(ada.user.id),
    'the end of all sessions of the account': ({ kith, ada }) => kith.sessions.endAll(ada.user.id),
  }
  for (const [name, end] of Object.entries(ends))
    test(`with ${name}: known tokens immediately, also in another process, and the refresh token`, async () => {
      const made = await desk()
      const { tokens } = await made.act()
      expect(await codeOf(made.kith.sessions.authenticate(tokens.accessToken))).toBe('no error')
      await end(made)
      expect(await codeOf(made.kith.sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
      const other = elsewhere(made)
      expect(await codeOf(other.sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
      expect(await codeOf(other.sessions.refresh(tokens.refreshToken))).toMatch(/revoked|banned/)
      const rows = await made.options.storage.sessions.list(made.ada.user.id, new Date(0), {
        limit: 9,
        before: null,
      })
      expect(rows.filter(({ actorId }) => actorId !== null)).toEqual([])
    })

  test('together with the session of the admin, if that expires earlier', async () => {
    const made = await desk({ sessions: { impersonation: { ttl: '2h' }, refreshTtl: '1h' } })
    made.advance(3000)
    await made.kith.sessions.prove(made.admin, { password })
    const { tokens } = await made.act()
    made.advance(500)
    const { tokens: next } = await made.kith.sessions.refresh(tokens.refreshToken)
    made.advance(3101)
    expect(await codeOf(made.kith.sessions.refresh(next.refreshToken))).toBe('session-revoked')
  })

  test('with a role change or ban of the admin, even for checks that only read the session: an open socket, a role', async () => {
    for (const end of ['role', 'ban'] as const) {
      const { kith, admin, act } = await desk()
      const acting = await kith.sessions.authenticate((await act()).tokens.accessToken)
      await kith.accounts.admit(acting)
      if (end === 'role') await kith.accounts.setRole(admin.userId, 'member')
      else await kith.accounts.ban(admin.userId)
      expect(await codeOf(kith.accounts.admit(acting))).toBe('session-revoked')
      expect(await codeOf(kith.accounts.requireRole(acting, ['member']))).toBe('session-revoked')
    }
  })

  test('if the account gets a role that cannot be acted as', async () => {
    const { kith, ada, act } = await desk()
    const { tokens } = await act()
    const acting = await kith.sessions.authenticate(tokens.accessToken)
    await kith.accounts.setRole(ada.user.id, 'admin')
    expect(await codeOf(kith.sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
    expect(await codeOf(kith.accounts.requireRole(acting, ['admin']))).toBe('session-revoked')
    expect(await codeOf(kith.sessions.refresh(tokens.refreshToken))).toBe('session-revoked')
  })

  test('with its access token, if the session of the admin is bound to a device', async () => {
    const { kith, admin, ada, act } = await desk({ sessions: { impersonation: {}, deviceBound: true } })
    const key = createDeviceKey()
    await kith.boundSessions.bind(admin, key.registration(await kith.boundSessions.offerTo(admin)))
    const { tokens } = await act()
    await kith.sessions.authenticate(tokens.accessToken)
    expect(await codeOf(kith.sessions.refresh(tokens.refreshToken))).toBe('session-revoked')
    const { items } = await kith.audit.list(ada.user.id)
    expect(items[0]).toMatchObject({ action: 'session.revoked', actor: { kind: 'nobody' } })
  })

  test('when the same admin acts as the account again, so that the owner loses no session', async () => {
    const { kith, ada, act } = await desk({ sessions: { impersonation: {}, maxPerAccount: 2 } })
    const first = await act()
    for (let count = 0; count < 4; count++) await act()
    expect(await codeOf(kith.sessions.authenticate(first.tokens.accessToken))).toBe('session-revoked')
    const { items } = await kith.sessions.list(viewerOf(ada))
    expect(items.map(({ impersonated }) => impersonated)).toEqual([true, false])
  })

  test('an earlier release that refreshed it as a session of the owner cannot extend it', async () => {
    const made = await desk()
    const { session } = await made.act()
    const { storage, secret, clock = () => new Date() } = made.options
    const expiresAt = new Date(clock().getTime() + 30 * 86_400_000)
    const step = {
      id: session.id,
      generation: 0,
      boundKey: null,
      now: clock(),
      expiresAt,
      address: null,
      userAgent: null,
    }
    const { session: stepped } = await storage.sessions.rotate(step)
    if (!stepped) throw new Error('it was not rotated')
    const own = { ...stepped, actorId: null }
    const issuing = { secrets: [String(secret)], issuer: 'kith', audience: 'kith', clock }
    const refreshToken = await createRefreshTokens(issuing).issue(own)
    const viewer = { userId: own.userId, sessionId: own.id }
    expect(await codeOf(made.kith.sessions.requireFresh(viewer))).toBe('impersonated')
    expect(own.provedAt).toEqual(new Date(0))
    expect(await codeOf(made.kith.sessions.refresh(refreshToken))).toBe('session-revoked')
  })
})

async function endActed(kith: Kith, owner: Viewer): Promise<void> {
  const { items } = await kith.sessions.list(owner)
  await kith.sessions.revoke(owner, items.find(({ impersonated }) => impersonated)?.id ?? '')
}

describe('what is recorded', () => {
  test('one event instead of session.opened, and the admin in all events of the session', async () => {
    const { kith, admin, ada, act, options } = await desk({
      outbox: { events: ['session.impersonated', 'session.opened', 'post.created', 'account.edited'] },
      posts: { textOnly: true },
    })
    await kith.outbox.deliver(() => undefined)
    const raised: object[] = []
    for (const name of ['session.opened', 'session.impersonated', 'post.created', 'follow.added'] as const)
      kith.events.on(name, ({ at: _at, ...event }) => void raised.push({ name, ...event }))
    const opened = await act()
    const viewer = await kith.sessions.authenticate(opened.tokens.accessToken)
    const { id: postId } = await kith.posts.create(viewer, { caption: 'By whom?' })
    await kith.follows.add(viewer, 'cleo')
    await kith.accounts.edit(viewer, { name: 'Ada' })
    const [userId, actorId] = [ada.user.id, admin.userId]
    const sessionId = opened.session.id
    expect(raised).toEqual([
      { name: 'session.impersonated', userId, sessionId, actorId, reason, ...client },
      { name: 'post.created', userId, postId, actorId },
      { name: 'follow.added', userId, followedId: admin.userId, actorId },
    ])
    const delivered: object[] = []
    await createKith(options).outbox.deliver((event) => void delivered.push(event))
    expect(delivered).toMatchObject([
      { name: 'session.impersonated', actorId, reason },
      { name: 'post.created', actorId },
      { name: 'account.edited', actorId },
    ])
  })

  test('the owner can read that an admin acted, and why; the host can read who', async () => {
    const { kith, admin, ada, act } = await desk()
    const opened = await act()
    const [own] = (await kith.audit.list(viewerOf(ada))).items
    expect(own).toMatchObject({ action: 'session.impersonated', actor: { kind: 'admin', sessionId: null } })
    expect(own).toMatchObject({ address: null, userAgent: null, details: { reason } })
    const [entry] = (await kith.audit.list(ada.user.id)).items
    const actor = { kind: 'admin', userId: admin.userId, sessionId: admin.sessionId }
    expect(entry).toMatchObject({ actor, ...client, details: { actorId: admin.userId, reason } })
    const lines: string[] = []
    for await (const line of kith.accounts.export(viewerOf(ada))) lines.push(line)
    const seen = JSON.stringify([own, lines, await kith.sessions.list(viewerOf(ada))])
    for (const hidden of [admin.userId, admin.sessionId ?? '', client.address, client.userAgent])
      expect(seen).not.toContain(hidden)
    expect(seen).toContain(opened.session.id)
  })

  for (const notice of [true, false])
    test(`the owner ${notice ? 'gets a message' : 'gets none if the option says so'}`, async () => {
      const mailbox = createMailbox()
      const { kith, act } = await desk({
        messages: { email: mailbox },
        sessions: { impersonation: { notice } },
      })
      await act()
      await kith.settled()
      const kinds = mailbox.messages.map(({ kind }) => kind).filter((kind) => kind === 'impersonated')
      expect(kinds).toEqual(notice ? ['impersonated'] : [])
    })
})
