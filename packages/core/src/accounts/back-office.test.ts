import type { Kith, KithOptions, Viewer } from '@kith/core'
import { describe, expect, test } from 'vitest'
import { codeOf, createInstance, type Instance } from '../../test/instance.ts'

const password = 'correct horse'
const client = { address: '192.0.2.1', userAgent: 'Desk/1' }

interface Office extends Instance {
  admin: Viewer
  /** A member, or an account that waits for approval. */
  userId: string
}

/** An administrator and another account. */
async function office(
  accounts: KithOptions['accounts'],
  options: Partial<KithOptions> = {},
): Promise<Office> {
  const made = createInstance({ accounts, audit: { keepFor: '30d' }, ...options })
  const { kith } = made
  const { id } = await kith.accounts.create({ username: 'grace', password })
  await kith.accounts.setRole(id, 'admin')
  const { session } = await kith.sessions.login({ login: 'grace', password })
  await codeOf(kith.accounts.register({ username: 'ada', password }))
  const userId = (await kith.accounts.find('ada'))?.id ?? ''
  return { ...made, admin: { userId: id, sessionId: session.id }, userId }
}

interface Verb {
  call: (kith: Kith, admin: Viewer, userId: string) => Promise<unknown>
  /** The action in the audit log. */
  action: string
  fresh: boolean
}

const changes: Record<string, Verb> = {
  ban: {
    call: ({ backOffice }, admin, userId) => backOffice.ban(admin, { userId }, client),
    action: 'account.banned',
    fresh: true,
  },
  unban: {
    call: ({ backOffice }, admin, userId) => backOffice.unban(admin, userId, client),
    action: 'account.unbanned',
    fresh: false,
  },
  setRole: {
    call: ({ backOffice }, admin, userId) => backOffice.setRole(admin, { userId, role: 'moderator' }, client),
    action: 'account.role-changed',
    fresh: true,
  },
  endSessions: {
    call: ({ backOffice }, admin, userId) => backOffice.endSessions(admin, userId, client),
    action: 'session.revoked',
    fresh: true,
  },
}

const decisions: Record<string, Verb> = {
  approve: {
    call: ({ backOffice }, admin, userId) => backOffice.approve(admin, userId, client),
    action: 'account.approved',
    fresh: false,
  },
  refuse: {
    call: ({ backOffice }, admin, userId) => backOffice.refuse(admin, userId, client),
    action: 'account.refused',
    fresh: true,
  },
}

const lookups: Record<string, Verb['call']> = {
  list: ({ backOffice }, admin) => backOffice.list(admin),
  read: ({ backOffice }, admin, userId) => backOffice.read(admin, userId),
}

const cases: [name: string, verb: Verb, accounts: KithOptions['accounts']][] = [
  ...Object.entries(changes).map(([name, verb]) => [name, verb, { backOffice: {} }] as never),
  ...Object.entries(decisions).map(([name, verb]) => [name, verb, { signUp: 'approval' }] as never),
]

describe.each(cases)('%s', (_name, { call, action, fresh }, accounts) => {
  test('names the administrator in the audit log, with the client', async () => {
    const { kith, admin, userId } = await office(accounts)
    await call(kith, admin, userId)
    const { items } = await kith.audit.list(null, { limit: 100 })
    const actor = { kind: 'admin', ...admin }
    expect(items.find((entry) => entry.action === action)).toMatchObject({ actor, ...client })
  })

  test(`${fresh ? 'needs' : 'does not need'} a fresh proof`, async () => {
    const { kith, admin, userId, advance } = await office(accounts)
    advance(601)
    expect(await codeOf(call(kith, admin, userId))).toBe(fresh ? 'proof-required' : 'no error')
  })

  test('is limited by administrator, including refused calls', async () => {
    const limits = { changeByAccount: [{ limit: 1, window: '1m' }] } as const
    const { kith, admin, userId } = await office(accounts, { limits })
    expect(await codeOf(call(kith, admin, 'nobody'))).toMatch('not-found')
    expect(await codeOf(call(kith, admin, userId))).toBe('rate-limited')
  })

  test('is refused for an account without the role, and for an unknown or a deleted account', async () => {
    const { kith, admin, userId } = await office(accounts)
    const member = await kith.accounts.import({ username: 'ben', passwordHash: null })
    expect(await codeOf(call(kith, kith.viewerOf(member.id), userId))).toBe('role-required')
    expect(await codeOf(call(kith, admin, 'nobody'))).toMatch('not-found')
    await kith.accounts.remove(userId)
    expect(await codeOf(call(kith, admin, userId))).toMatch('not-found')
  })

  test('is not available without its option', async () => {
    const { kith, admin, userId } = await office({})
    expect(await codeOf(call(kith, admin, userId))).toBe('not-configured')
  })
})

describe('accounts', () => {
  test.each(Object.entries(lookups))('%s needs the role and the option', async (_name, call) => {
    const { kith, admin, userId } = await office({ backOffice: {} })
    expect(await codeOf(call(kith, kith.viewerOf(userId), userId))).toBe('role-required')
    expect(await codeOf(call(kith, admin, userId))).toBe('no error')
    const without = await office({})
    expect(await codeOf(call(without.kith, without.admin, without.userId))).toBe('not-configured')
  })

  test('can be listed, filtered and read, whatever their role', async () => {
    const { kith, admin, userId } = await office({ backOffice: {} })
    expect((await kith.backOffice.list(admin)).items.map(({ username }) => username)).toEqual([
      'ada',
      'grace',
    ])
    const admins = await kith.backOffice.list(admin, { role: 'admin' }, { limit: 1 })
    expect(admins.items).toMatchObject([{ id: admin.userId }])
    expect(await kith.backOffice.read(admin, userId)).toMatchObject({ username: 'ada', role: 'member' })
    expect(await kith.backOffice.read(admin, admin.userId)).toMatchObject({ role: 'admin' })
    expect(await codeOf(kith.backOffice.read(admin, 'nobody'))).toBe('account-not-found')
  })

  test.each([
    [{}, { bannedUntil: null, banReason: null }],
    [
      { reason: 'Spam', until: '2026-01-02T02:00:00+02:00' },
      { bannedUntil: '2026-01-02T00:00:00.000Z', banReason: 'Spam' },
    ],
  ])('are suspended with %j, until that is lifted', async (input, expected) => {
    const { kith, admin, userId } = await office({ backOffice: {} })
    await kith.backOffice.ban(admin, { userId, ...input })
    const suspended = { bannedAt: '2026-01-01T00:00:00.000Z', ...expected }
    expect(await kith.accounts.byId(userId)).toMatchObject(suspended)
    await kith.backOffice.unban(admin, userId)
    expect((await kith.accounts.byId(userId))?.bannedAt).toBeNull()
  })

  test.each(['2026-01-02', '2025-12-31T00:00:00Z', 5])('are not suspended until %j', async (until) => {
    const { kith, admin, userId } = await office({ backOffice: {} })
    const banning = kith.backOffice.ban(admin, { userId, until: until as string })
    await expect(banning).rejects.toMatchObject({ code: 'invalid-input', errors: [{ path: 'until' }] })
  })

  test('get any role that can be changed, and no other', async () => {
    const { kith, admin, userId } = await office({ backOffice: { over: ['member', 'editor'] } })
    await kith.backOffice.setRole(admin, { userId, role: 'editor' })
    expect((await kith.accounts.byId(userId))?.role).toBe('editor')
    for (const role of ['admin', 'moderator'])
      expect(await codeOf(kith.backOffice.setRole(admin, { userId, role }))).toBe('invalid-input')
  })

  test('have no sessions once these are ended', async () => {
    const { kith, admin, userId } = await office({ backOffice: {} })
    expect((await kith.sessions.list(userId)).items).toHaveLength(1)
    await kith.backOffice.endSessions(admin, userId)
    expect((await kith.sessions.list(userId)).items).toEqual([])
  })

  test.each(Object.entries(changes))(
    '%s is refused for an account with a role that cannot be changed',
    async (_name, { call }) => {
      const { kith, admin, userId } = await office({ backOffice: {} })
      await kith.accounts.setRole(userId, 'admin')
      expect(await codeOf(call(kith, admin, userId))).toBe('account-protected')
      expect(await codeOf(call(kith, admin, admin.userId))).toBe('account-protected')
    },
  )

  test('keep a role that the host sets between the check of the administrator and the change', async () => {
    const { kith, options, admin, userId } = await office({ backOffice: {} })
    const { users } = options.storage
    const { update } = users
    users.update = async (...given) => {
      users.update = update
      await kith.accounts.setRole(userId, 'admin')
      return await update(...given)
    }
    const change = { userId, role: 'moderator' } as const
    expect(await codeOf(kith.backOffice.setRole(admin, change))).toBe('account-protected')
    expect((await kith.accounts.byId(userId))?.role).toBe('admin')

    await kith.accounts.setRole(userId, 'member')
    await kith.backOffice.setRole(admin, change)
    expect((await kith.accounts.byId(userId))?.role).toBe('moderator')
  })
})

describe('applications', () => {
  test('are listed in pages for an administrator, and decided', async () => {
    const { kith, admin, userId } = await office({ signUp: 'approval' })
    await codeOf(kith.accounts.register({ username: 'ben', password }))
    const { items, nextCursor } = await kith.backOffice.applications(admin, { limit: 1 })
    expect(items).toMatchObject([{ username: 'ben' }])
    expect((await kith.backOffice.applications(admin, { cursor: nextCursor ?? '' })).items).toMatchObject([
      { username: 'ada' },
    ])
    expect(await kith.backOffice.approve(admin, userId)).toMatchObject({ id: userId, waitingSince: null })
    await kith.backOffice.refuse(admin, items[0]?.id ?? '')
    expect(await kith.accounts.find('ben')).toBeNull()
    expect(await kith.backOffice.applications(admin)).toEqual({ items: [], nextCursor: null })
    expect(await codeOf(kith.backOffice.applications(kith.viewerOf(userId)))).toBe('role-required')
  })

  test('are decided by the roles that the back office names, and exist only with approval', async () => {
    const backOffice = { by: ['moderator'], over: ['member'] }
    const { kith, admin } = await office({ signUp: 'approval', backOffice })
    expect(await codeOf(kith.backOffice.applications(admin))).toBe('role-required')
    await kith.accounts.setRole(admin.userId, 'moderator')
    expect(await codeOf(kith.backOffice.applications(admin))).toBe('no error')
    const open = await office({ backOffice: {} })
    expect(await codeOf(open.kith.backOffice.applications(open.admin))).toBe('not-configured')
  })
})
