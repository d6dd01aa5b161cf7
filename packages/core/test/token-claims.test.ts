import { createKith, type Kith, type Viewer } from '@kith/core'
import { createMemoryRevocations } from '@kith/core/memory'
import { decodeJwt, type JWTPayload, SignJWT } from 'jose'
import { describe, expect, test } from 'vitest'
import { deriveKey } from '../src/sessions/derive-key.ts'
import { password, viewerOf } from './audit-actions.ts'
import { codeOf, counting, createInstance, type Instance } from './instance.ts'

interface Signed extends Instance {
  viewer: Viewer
  accessToken: string
  refreshToken: string
}

async function signedIn(options: Parameters<typeof createInstance>[0] = {}): Promise<Signed> {
  const made = createInstance(options)
  const opened = await made.kith.accounts.register({ username: 'ada', password })
  return { ...made, viewer: viewerOf(opened), ...opened.tokens }
}

/** The token with changed claims, signed with the secret of the app. */
async function changed({ accessToken, options }: Signed, changes: JWTPayload): Promise<string> {
  const { kid, key } = deriveKey(String(options.secret), 'access-token')
  return await new SignJWT({ ...decodeJwt(accessToken), ...changes })
    .setProtectedHeader({ alg: 'HS256', typ: 'at+jwt', kid })
    .sign(key)
}

describe('the claims of a token', () => {
  test('contain the role, the proof and its methods, which the viewer has', async () => {
    const { kith, accessToken, viewer } = await signedIn()
    const provedAt = new Date('2026-01-01T00:00:00Z')
    expect(decodeJwt(accessToken)).toEqual({
      sub: viewer.userId,
      sid: viewer.sessionId,
      iss: 'kith',
      aud: 'kith',
      iat: provedAt.getTime() / 1000,
      exp: expect.any(Number) as number,
      auth_time: provedAt.getTime() / 1000,
      amr: ['pwd'],
      roles: ['member'],
    })
    const found = await kith.sessions.authenticate(accessToken)
    expect(found).toEqual({ ...viewer, role: 'member', provedAt, methods: ['pwd'] })
    expect(Object.isFrozen(found)).toBe(true)
    expect(accessToken.length).toBeLessThan(480)
  })

  test('may be missing in a token from an earlier release: the session and the account have them', async () => {
    const made = await signedIn()
    const nothing = { auth_time: undefined, amr: undefined, roles: undefined }
    const viewer = await made.kith.sessions.authenticate(await changed(made, nothing))
    const provedAt = new Date('2026-01-01T00:00:00Z')
    expect(viewer).toEqual({ ...made.viewer, role: 'member', provedAt, methods: ['pwd'] })
  })

  test('in another form, or with an actor that the session does not have, are refused', async () => {
    const made = await signedIn()
    for (const claims of [
      { roles: 'admin' },
      { roles: [] },
      { roles: ['member', 'admin'] },
      { roles: [{ value: 'admin' }] },
      { auth_time: '0' },
      { auth_time: -1 },
      { auth_time: 1.5 },
      { amr: 'pwd' },
      { amr: [1] },
      { act: 'x' },
      { act: {} },
      { act: { sub: 'x', act: { sub: 'y' } } },
      { act: { sub: made.viewer.userId } },
    ]) {
      const token = await changed(made, claims)
      expect([claims, await codeOf(made.kith.sessions.authenticate(token))]).toEqual([
        claims,
        'access-token-invalid',
      ])
    }
    expect(await codeOf(made.kith.sessions.authenticate(await changed(made, {})))).toBe('no error')
  })

  test('without the acting admin are refused', async () => {
    const made = await signedIn({ sessions: { impersonation: {} } })
    const admin = await made.kith.accounts.register({ username: 'cleo', password })
    await made.kith.accounts.setRole(admin.user.id, 'admin')
    const input = { userId: made.viewer.userId, reason: 'To see' }
    const { tokens } = await made.kith.sessions.impersonate(viewerOf(admin), input)
    const hidden = await changed({ ...made, accessToken: tokens.accessToken }, { act: undefined })
    expect(await codeOf(made.kith.sessions.authenticate(hidden))).toBe('access-token-invalid')
    const other = await changed({ ...made, accessToken: tokens.accessToken }, { act: { sub: input.userId } })
    expect(await codeOf(made.kith.sessions.authenticate(other))).toBe('access-token-invalid')
  })
})

describe('a new role', () => {
  const roleIn = async (kith: Kith, token: string): Promise<string | undefined> =>
    (await kith.sessions.authenticate(token)).role

  test('is that of the viewer immediately, with the same token, however often it changes', async () => {
    const { kith, accessToken, viewer } = await signedIn()
    for (const role of ['member', 'admin', 'member', 'admin', 'moderator', 'member']) {
      await kith.accounts.setRole(viewer.userId, role)
      expect(await roleIn(kith, accessToken)).toBe(role)
      expect(await roleIn(kith, accessToken)).toBe(role)
    }
  })

  test('is seen by other processes immediately with shared revocations; otherwise by guards first, and by the viewer with the next token', async () => {
    for (const revocations of [createMemoryRevocations(), undefined]) {
      const { kith, options, accessToken, refreshToken, viewer } = await signedIn(
        revocations && { revocations },
      )
      await kith.accounts.setRole(viewer.userId, 'admin')
      const other = createKith(options)
      expect(await roleIn(other, accessToken)).toBe('admin')
      await kith.accounts.setRole(viewer.userId, 'member')
      expect(await roleIn(other, accessToken)).toBe(revocations ? 'member' : 'admin')
      expect(await codeOf(other.accounts.requireRole(viewer, ['admin']))).toBe('role-required')
      const { tokens } = await other.sessions.refresh(refreshToken)
      expect(decodeJwt(tokens.accessToken)['roles']).toEqual(['member'])
      expect(await roleIn(other, tokens.accessToken)).toBe('member')
    }
  })

  test('is denied before it is stored, so that a process that dies in between leaves no old role in a token', async () => {
    const revocations = createMemoryRevocations()
    const { options, kith, accessToken, viewer } = await signedIn({ revocations })
    const order: string[] = []
    const { users } = options.storage
    const dying = createKith({
      ...options,
      revocations: {
        revoke: async (keys, until) => {
          order.push('denied')
          await revocations.revoke(keys, until)
        },
        isRevoked: (key) => revocations.isRevoked(key),
      },
      storage: {
        ...options.storage,
        users: {
          ...users,
          update: async (...values) => {
            order.push('stored')
            await users.update(...values)
            throw new Error('the process dies')
          },
        },
      },
    })
    expect(await roleIn(kith, accessToken)).toBe('member')
    await expect(dying.accounts.setRole(viewer.userId, 'admin')).rejects.toThrow('dies')
    expect(order).toEqual(['denied', 'stored'])
    expect(await roleIn(kith, accessToken)).toBe('admin')
  })

  test('is stored even if the denylist is unavailable, and the caller gets the error', async () => {
    const { options, viewer } = await signedIn()
    const revocations = { revoke: () => Promise.reject(new Error('away')), isRevoked: () => false }
    const kith = createKith({ ...options, revocations })
    await expect(kith.accounts.setRole(viewer.userId, 'admin')).rejects.toThrow('away')
    expect((await kith.accounts.byId(viewer.userId))?.role).toBe('admin')
  })

  test('must be one that the app has defined', async () => {
    const { kith, viewer } = await signedIn({ accounts: { roles: ['editor'] } })
    for (const role of ['member', 'moderator', 'admin', 'editor'])
      expect(await codeOf(kith.accounts.setRole(viewer.userId, role))).toBe('no error')
    expect(await codeOf(kith.accounts.setRole(viewer.userId, 'editr'))).toBe('invalid-input')
    expect(() => createInstance({ accounts: { roles: ['Not one'] } })).toThrow('accounts.roles')
  })
})

describe('a fresh proof', () => {
  test('an old token is refused without a read, and stays old when its owner proves elsewhere', async () => {
    const { options, kith, accessToken, viewer, advance } = await signedIn()
    const sessions = counting(options.storage.sessions)
    const counted = createKith({ ...options, storage: { ...options.storage, sessions: sessions.port } })
    const asking = await counted.sessions.authenticate(accessToken)
    expect(await codeOf(counted.sessions.requireFresh(asking, '10m'))).toBe('no error')
    advance(601)
    sessions.calls.length = 0
    expect(await codeOf(counted.sessions.requireFresh(asking, '10m'))).toBe('proof-required')
    expect(sessions.calls).toEqual([])
    const { tokens } = await kith.sessions.prove(viewer, { password })
    expect(await codeOf(counted.sessions.requireFresh(asking, '10m'))).toBe('proof-required')
    const proved = await counted.sessions.authenticate(tokens?.accessToken ?? '')
    expect(await codeOf(counted.sessions.requireFresh(proved, '10m'))).toBe('no error')
    // A viewer that a host has rebuilt has no proof of its own, and uses that of the session.
    expect(await codeOf(counted.sessions.requireFresh(viewer, '10m'))).toBe('no error')
  })

  test('a recent token is accepted only while its session is live', async () => {
    const { options, kith, accessToken, viewer } = await signedIn()
    const other = createKith(options)
    const asking = await other.sessions.authenticate(accessToken)
    await kith.sessions.logout(viewer)
    expect(await codeOf(other.sessions.requireFresh(asking, '10m'))).toBe('session-revoked')
  })

  test('a forged time does not help, because the session has its own', async () => {
    const made = await signedIn()
    made.advance(601)
    const later = Math.floor((made.options.clock?.().getTime() ?? 0) / 1000)
    const asking = await made.kith.sessions.authenticate(await changed(made, { auth_time: later }))
    expect(await codeOf(made.kith.sessions.requireFresh(asking, '10m'))).toBe('proof-required')
  })
})
