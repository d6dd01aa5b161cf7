import {
  createKith,
  type HostUser,
  type Kith,
  type KithOptions,
  type NewInvitation,
  type Viewer,
} from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createPasskeys } from '@kith/core/passkeys'
import type { Storage } from '@kith/core/ports'
import { describe, expect, test } from 'vitest'
import { codeOf, counting, createInstance, type Instance } from './instance.ts'
import { createMailbox } from './mailbox.ts'
import { createAuthenticator } from './software-authenticator.ts'

const password = 'correct horse'
const client = { address: '192.0.2.1', userAgent: 'Test/1' }
const unlimited = { codeByAddress: [], registerByAddress: [], registerAttemptByAddress: [] }
const [rpId, origin] = ['app.example', 'https://app.example']

interface Door extends Instance {
  host: HostUser
}

/** An app with an account for its host. */
async function app(accounts: KithOptions['accounts'], options: Partial<KithOptions> = {}): Promise<Door> {
  const made = createInstance({ accounts, limits: unlimited, ...options })
  const host = await made.kith.accounts.import({ username: 'host', passwordHash: null })
  return { ...made, host }
}

const invited = (more: KithOptions['accounts'] = {}, options?: Partial<KithOptions>): Promise<Door> =>
  app({ signUp: 'invite', ...more }, options)

async function join(kith: Kith, username: string, invitation: string): Promise<Viewer> {
  const { user, session } = await kith.accounts.register({ username, password, invitation }, client)
  return { userId: user.id, sessionId: session.id }
}

async function listed({ kith, host }: Door): Promise<string> {
  const [first] = await kith.invitations.list(kith.viewerOf(host.id))
  return `${first?.state} ${first?.left} ${first?.invited.map(({ username }) => username).join()}`
}

describe('a closed app', () => {
  test('accepts no accounts of strangers, in any way, but those of its host', async () => {
    const passkeys = createPasskeys({ rpId, rpName: 'App', origins: [origin] })
    const { kith } = await app({ signUp: 'closed' }, { passkeys })
    expect(await codeOf(kith.accounts.register({ username: 'ada', password }))).toBe('sign-up-closed')
    expect(await codeOf(kith.passkeys.beginRegister({ username: 'ada' }))).toBe('sign-up-closed')
    await kith.accounts.shadow('somebody', { username: 'ada' })
    expect((await kith.accounts.find('ada'))?.username).toBe('ada')
  })

  test('sends no registration codes', async () => {
    const mailbox = createMailbox()
    const identifiers = { email: 'required' } as const
    const made = createInstance({
      accounts: { signUp: 'closed', confirm: 'email', identifiers },
      messages: { email: mailbox },
    })
    const input = { username: 'ada', email: 'ada@example.com', password }
    expect(await codeOf(made.kith.registration.begin(input))).toBe('sign-up-closed')
    await made.kith.settled()
    expect(mailbox.messages).toEqual([])
  })
})

describe('an app with invitations', () => {
  test('admits invited people, as often as the invitation allows, and records who invited them', async () => {
    const door = await invited()
    const { kith, host } = door
    const { code } = await kith.invitations.createFor(host.id, { uses: 2, note: 'The choir' })
    expect(await kith.invitations.look(code)).toMatchObject({ inviter: { username: 'host' } })
    const ada = await join(kith, 'ada', code)
    expect(await kith.accounts.byId(ada.userId)).toMatchObject({
      invitedBy: host.id,
      waitingSince: null,
      bannedAt: null,
    })
    expect(await listed(door)).toBe('open 1 ada')
    await join(kith, 'ben', ` ${code.slice(0, 9).toUpperCase()}-${code.slice(9)}`)
    expect(await listed(door)).toBe('used-up 0 ada,ben')
    expect(await codeOf(join(kith, 'cleo', code))).toBe('invitation-invalid')
    expect(await kith.accounts.find('cleo')).toBeNull()
  })

  test('gives the same error for an invitation that is wrong, used up, revoked, expired, or from a banned or deleted account', async () => {
    const { kith, host, advance } = await invited()
    const make = (): Promise<NewInvitation> => kith.invitations.createFor(host.id)
    const [revoked, expired, spent] = [await make(), await make(), await make()]
    await kith.invitations.revokeOf(host.id, revoked.id)
    await join(kith, 'ada', spent.code)
    const of = async (username: string): Promise<{ id: string; code: string }> => {
      const { id } = await kith.accounts.import({ username, passwordHash: null })
      return { id, code: (await kith.invitations.createFor(id)).code }
    }
    const [banned, deleted] = [await of('dora'), await of('emma')]
    await kith.accounts.ban(banned.id)
    await kith.accounts.remove(deleted.id)
    for (const code of ['wrong', revoked.code, spent.code, banned.code, deleted.code]) {
      expect(await codeOf(join(kith, 'ben', code))).toBe('invitation-invalid')
      expect(await codeOf(kith.invitations.look(code))).toBe('invitation-invalid')
    }
    advance(14 * 86_400)
    expect(await codeOf(join(kith, 'ben', expired.code))).toBe('invitation-invalid')
    expect(await codeOf(kith.accounts.register({ username: 'ben', password }))).toBe('invalid-input')
    await kith.accounts.unban(banned.id)
  })

  test('20 concurrent registrations create as many accounts as the invitation allows', async () => {
    const door = await invited()
    const { kith, host } = door
    const { code } = await kith.invitations.createFor(host.id, { uses: 7 })
    const codes = await Promise.all(
      Array.from({ length: 20 }, (_, index) => codeOf(join(kith, `guest${index}`, code))),
    )
    expect(codes.filter((each) => each === 'no error')).toHaveLength(7)
    expect(codes.filter((each) => each === 'invitation-invalid')).toHaveLength(13)
    const { items } = await kith.accounts.list({}, { limit: 100 })
    expect(items.filter(({ invitedBy }) => invitedBy === host.id)).toHaveLength(7)
    expect((await kith.accounts.list({ waiting: true })).items).toEqual([])
  })

  test('a taken username costs no use, and a later refusal returns the use', async () => {
    const door = await invited()
    const { kith, host } = door
    const { code } = await kith.invitations.createFor(host.id)
    expect(await codeOf(join(kith, 'host', code))).toBe('identifier-taken')
    expect(await listed(door)).toBe('open 1 ')
    await join(kith, 'ada', code)
  })

  test('counts a use for a passkey, and creates no account if another took the last use meanwhile', async () => {
    const passkeys = createPasskeys({ rpId, rpName: 'App', origins: [origin] })
    const door = await invited({}, { passkeys })
    const { kith, host } = door
    const { code: invitation } = await kith.invitations.createFor(host.id)
    const begin = (username: string) => kith.passkeys.beginRegister({ username, invitation }, client)
    const [ada, ben] = [await begin('ada'), await begin('ben')]
    const register = ({ token, options }: typeof ada) =>
      kith.passkeys.register({ token, response: createAuthenticator({ origin }).create(options) }, client)
    expect((await register(ada)).user.username).toBe('ada')
    expect(await codeOf(register(ben))).toBe('invitation-invalid')
    expect(await listed(door)).toBe('used-up 0 ada')
    expect(await kith.accounts.find('ben')).toBeNull()
  })

  test('counts a use when a code confirms the email', async () => {
    const mailbox = createMailbox()
    const made = createInstance({
      accounts: { signUp: 'invite', confirm: 'email', identifiers: { email: 'required' } },
      messages: { email: mailbox },
    })
    const { kith } = made
    const host = await kith.accounts.import({
      username: 'host',
      email: 'host@example.com',
      passwordHash: null,
    })
    const { code: invitation } = await kith.invitations.createFor(host.id)
    const input = { username: 'ada', email: 'ada@example.com', password, invitation }
    expect(await codeOf(kith.registration.begin({ ...input, invitation: 'wrong' }))).toBe(
      'invitation-invalid',
    )
    const { flow } = await kith.registration.begin(input)
    await kith.settled()
    const { code } = mailbox.last('registration-code').content
    const { user } = await kith.registration.confirm({ flow, code })
    expect(await kith.accounts.byId(user.id)).toMatchObject({ invitedBy: host.id, emailVerified: true })
    expect(await listed({ ...made, host })).toBe('used-up 0 ada')
  })
})

describe('an interrupted registration by invitation', () => {
  const verbs = ['users.create', 'credentials.step', 'users.update'] as const

  /** A storage in which one call of a verb fails, before or after its work. */
  function failing(storage: Storage, verb: string, when: 'before' | 'after'): Storage {
    const [port, method] = verb.split('.')
    let left = 1
    return new Proxy(storage, {
      get(target, name) {
        const store = Reflect.get(target, name) as object
        if (name !== port) return store
        return new Proxy(store, {
          get(stores, verbName) {
            const call = Reflect.get(stores, verbName) as (...values: unknown[]) => Promise<unknown>
            if (verbName !== method || left-- <= 0) return call
            return async (...values: unknown[]) => {
              if (when === 'before') throw new TypeError('cut off')
              await call(...values)
              throw new TypeError('cut off')
            }
          },
        })
      },
    })
  }

  test.each(verbs.flatMap((verb) => (['before', 'after'] as const).map((when) => [when, verb] as const)))(
    '%s %s: the accounts never exceed the limit, and the use of a failed registration is returned',
    async (when, verb) => {
      const { kith, options, host, advance } = await invited()
      const { code } = await kith.invitations.createFor(host.id)
      const cut = createKith({ ...options, storage: failing(options.storage, verb, when) })
      await expect(join(cut, 'ada', code)).rejects.toThrow('cut off')
      const isIn = when === 'after' && verb === 'users.update'
      const counted = isIn || verb === 'users.update' || (when === 'after' && verb === 'credentials.step')
      expect(await codeOf(join(kith, 'ben', code))).toBe(counted ? 'invitation-invalid' : 'no error')
      advance(601)
      const before = counted ? 'ben' : 'cleo'
      const { applications, failed } = await kith.upkeep.run()
      expect(failed).toEqual([])
      expect(applications).toBe(isIn || (verb === 'users.create' && when === 'before') ? 0 : 1)
      const isFree = counted && !isIn
      expect(await codeOf(join(kith, before, code))).toBe(isFree ? 'no error' : 'invitation-invalid')
      expect(await kith.accounts.find('ada')).toEqual(isIn ? expect.anything() : null)
    },
  )

  test('a process that was suspended until its use was returned creates no account', async () => {
    const { kith, options, host, advance } = await invited()
    const { code } = await kith.invitations.createFor(host.id)
    let wake = (): void => {}
    const asleep = new Promise<void>((resolve) => (wake = resolve))
    const { users } = options.storage
    const slow: Storage = Object.create(options.storage, {
      users: {
        value: Object.create(users, {
          update: {
            async value(...values: Parameters<typeof users.update>) {
              await asleep
              return await users.update(...values)
            },
          },
        }) as typeof users,
      },
    }) as Storage
    const late = codeOf(join(createKith({ ...options, storage: slow }), 'ada', code))
    await expect.poll(async () => (await kith.accounts.list({ waiting: true })).items.length).toBe(1)
    advance(601)
    await kith.upkeep.run()
    await join(kith, 'ben', code)
    wake()
    expect(await late).toBe('code-invalid')
    expect(await kith.accounts.find('ada')).toBeNull()
  })
})

describe('an invitation whose owner may no longer invite', () => {
  const roles = { moderator: { open: 5, uses: 100 } }

  interface Inviting extends Door {
    inviter: Viewer
    code: string
  }

  async function inviting(): Promise<Inviting> {
    const door = await invited({ invitations: { roles } })
    const { id } = await door.kith.accounts.import({ username: 'moe', passwordHash: null })
    await door.kith.accounts.setRole(id, 'moderator')
    const inviter = door.kith.viewerOf(id)
    return { ...door, inviter, code: (await door.kith.invitations.create(inviter, { uses: 100 })).code }
  }

  const ends = [
    ['a new role', ({ accounts }: Kith, id: string) => accounts.setRole(id, 'member')],
    ['a ban', ({ accounts }: Kith, id: string) => accounts.ban(id)],
    ['a deletion', ({ accounts }: Kith, id: string) => accounts.remove(id)],
  ] as const

  test('is paused, and works again when the owner may invite; one from the host is not affected', async () => {
    const { kith, inviter, code } = await inviting()
    const { userId } = inviter
    const byHost = await kith.invitations.createFor(userId, { uses: 100 })
    const states = async (): Promise<string[]> =>
      (await kith.invitations.list(inviter)).map(({ state }) => state)
    await kith.accounts.setRole(userId, 'member')
    expect(await codeOf(join(kith, 'ada', code))).toBe('invitation-invalid')
    expect(await codeOf(kith.invitations.look(code))).toBe('invitation-invalid')
    await join(kith, 'ben', byHost.code)
    expect(await states()).toEqual(['open', 'paused'])
    await kith.accounts.setRole(userId, 'moderator')
    await kith.accounts.ban(userId)
    for (const each of [code, byHost.code])
      expect(await codeOf(join(kith, 'cleo', each))).toBe('invitation-invalid')
    expect(await states()).toEqual(['paused', 'paused'])
    await kith.accounts.unban(userId)
    await join(kith, 'dora', code)
    expect(await states()).toEqual(['open', 'open'])
  })

  test.each(ends)(
    '%s: a registration that checked before it is no longer counted after it',
    async (_name, end) => {
      const { kith, options, inviter, code } = await inviting()
      let wake = (): void => {}
      let arrive = (): void => {}
      const arrived = new Promise<void>((resolve) => (arrive = resolve))
      const asleep = new Promise<void>((resolve) => (wake = resolve))
      const { credentials } = options.storage
      const slow = Object.create(options.storage, {
        credentials: {
          value: Object.create(credentials, {
            step: {
              async value(...values: Parameters<typeof credentials.step>) {
                arrive()
                await asleep
                return await credentials.step(...values)
              },
            },
          }) as typeof credentials,
        },
      }) as Storage
      const late = codeOf(join(createKith({ ...options, storage: slow }), 'ada', code))
      await arrived
      await end(kith, inviter.userId)
      wake()
      expect(await late).toBe('invitation-invalid')
      expect(await kith.accounts.find('ada')).toBeNull()
    },
  )

  test.each(ends)('%s during 20 registrations: none is counted once it has resolved', async (_name, end) => {
    for (let round = 0; round < 10; round++) {
      const { kith, options, inviter, code } = await inviting()
      const used = async (): Promise<string> =>
        (await options.storage.credentials.byUser(inviter.userId)).map(({ data }) => data).join()
      const joins = Array.from({ length: 20 }, async (_, index) => {
        await new Promise((resolve) => setTimeout(resolve, index % 7))
        return await codeOf(join(kith, `guest${index}`, code))
      })
      await new Promise((resolve) => setTimeout(resolve, round % 8))
      await end(kith, inviter.userId)
      const counted = await used()
      const results = await Promise.all(joins)
      for (const result of results) expect(['no error', 'invitation-invalid']).toContain(result)
      expect(await used()).toBe(counted)
    }
  })
})

describe('an inviter', () => {
  test('needs a role and can have as many open invitations as the options say; ended ones free a place', async () => {
    const roles = { member: { open: 2, uses: 3 } }
    const { kith, host, advance } = await invited({ invitations: { roles } })
    const { code } = await kith.invitations.createFor(host.id, { uses: 9 })
    const ada = await join(kith, 'ada', code)
    expect(await codeOf(kith.invitations.create(ada, { uses: 4 }))).toBe('invalid-input')
    const beyond = new Date('2026-02-01T00:00:00Z')
    expect(await codeOf(kith.invitations.create(ada, { expiresAt: beyond }))).toBe('invalid-input')
    const first = await kith.invitations.create(ada, { uses: 3 })
    const results = await Promise.all(Array.from({ length: 20 }, () => codeOf(kith.invitations.create(ada))))
    expect(results.filter((each) => each === 'no error')).toHaveLength(1)
    expect(results.filter((each) => each === 'too-many-invitations')).toHaveLength(19)
    await kith.invitations.revoke(ada, first.id)
    await kith.invitations.revoke(ada, first.id)
    const third = await kith.invitations.create(ada)
    expect((await kith.invitations.list(ada)).map(({ id, state }) => [id === third.id, state])).toEqual([
      [true, 'open'],
      [false, 'open'],
    ])
    advance(14 * 86_400)
    expect((await kith.invitations.list(ada)).map(({ state }) => state)).toEqual(['expired', 'expired'])
    const ben = await kith.accounts.import({ username: 'ben', passwordHash: null })
    await kith.accounts.setRole(ben.id, 'editor')
    expect(await codeOf(kith.invitations.create(kith.viewerOf(ben.id)))).toBe('role-required')
    expect(await codeOf(kith.invitations.revoke(kith.viewerOf(ben.id), third.id))).toBe(
      'invitation-not-found',
    )
  })

  test('is never an acting admin', async () => {
    const sessions = { impersonation: {} } as const
    const roles = { member: { open: 2, uses: 1 } }
    const { kith, host } = await invited({ invitations: { roles } }, { sessions })
    await kith.accounts.setRole(host.id, 'admin')
    const { code } = await kith.invitations.createFor(host.id)
    const ada = await join(kith, 'ada', code)
    const { id } = await kith.invitations.create(ada)
    const admin = await kith.sessions.open(host.id)
    const by = { userId: host.id, sessionId: admin.session.id }
    const acting = await kith.sessions.impersonate(by, { userId: ada.userId, reason: 'To help' })
    const viewer = await kith.sessions.authenticate(acting.tokens.accessToken)
    expect(await codeOf(kith.invitations.create(viewer))).toBe('impersonated')
    expect(await codeOf(kith.invitations.revoke(viewer, id))).toBe('impersonated')
    expect(await kith.invitations.list(viewer)).toHaveLength(1)
  })

  test('does not see invitations in the list of credentials, where they cannot be changed', async () => {
    const { kith, host } = await invited()
    const viewer = kith.viewerOf(host.id)
    const { id } = await kith.invitations.createFor(host.id)
    expect(await kith.credentials.list(viewer)).toEqual([])
    expect(await codeOf(kith.credentials.remove(viewer, id))).toBe('credential-not-found')
    expect(await codeOf(kith.credentials.rename(viewer, id, { name: 'Mine' }))).toBe('credential-not-found')
  })
})

describe('an app with approval', () => {
  test('keeps an account waiting, and hides it from everyone except its host', async () => {
    const mailbox = createMailbox()
    const { kith, host } = await app({ signUp: 'approval' }, { messages: { email: mailbox } })
    const input = { username: 'ada', email: 'ada@example.com', password }
    expect(await codeOf(kith.accounts.register(input, client))).toBe('approval-required')
    expect(await codeOf(kith.accounts.register(input, client))).toBe('identifier-taken')
    expect(await codeOf(kith.sessions.login({ login: 'ada', password }))).toBe('approval-required')
    expect(await codeOf(kith.sessions.login({ login: 'ada', password: 'wrong horse' }))).toBe(
      'invalid-credentials',
    )
    expect(await codeOf(kith.profiles.get(null, 'ada'))).toBe('account-not-found')
    expect(await codeOf(kith.follows.add(kith.viewerOf(host.id), 'ada'))).toBe('account-not-found')
    const { items } = await kith.approvals.list()
    expect(items).toMatchObject([
      { username: 'ada', bannedAt: null, waitingSince: expect.any(String) as string },
    ])
    const { id } = items[0] ?? host
    expect((await kith.accounts.list({ banned: true })).items).toEqual([])
    expect((await kith.accounts.list({ waiting: true })).items).toHaveLength(1)
    for (const attempt of [kith.accounts.ban(id), kith.accounts.unban(id), kith.sessions.open(id)])
      expect(await codeOf(attempt)).toBe('approval-required')
    expect(await kith.approvals.approve(id)).toMatchObject({ waitingSince: null, bannedAt: null })
    await kith.settled()
    expect(mailbox.last('account-approved').to).toBe('ada@example.com')
    await kith.sessions.login({ login: 'ada', password })
    expect(await kith.approvals.list()).toEqual({ items: [], nextCursor: null })
    for (const again of [
      kith.approvals.approve(id),
      kith.approvals.refuse(id),
      kith.approvals.approve(host.id),
    ])
      expect(await codeOf(again)).toBe('application-not-found')
  })

  test.each([true, false])(
    'opens no session for an account that waits, confirmed by a code: %s',
    async (byCode) => {
      const mailbox = createMailbox()
      const memory = createMemoryStorage()
      const { port: sessions, calls } = counting(memory.sessions)
      const { kith } = createInstance({
        accounts: {
          signUp: 'approval',
          identifiers: { email: 'required' },
          ...(byCode && { confirm: 'email' as const }),
        },
        messages: { email: mailbox },
        storage: { ...memory, sessions },
      })
      const input = { username: 'ada', email: 'ada@example.com', password }
      const register = async () => {
        if (!byCode) return await kith.accounts.register(input)
        const { flow } = await kith.registration.begin(input)
        await kith.settled()
        const { code } = mailbox.last('registration-code').content
        return await kith.registration.confirm({ flow, code })
      }
      expect(await codeOf(register())).toBe('approval-required')
      expect(await kith.accounts.find('ada')).toMatchObject({ waitingSince: expect.any(String) as string })
      expect(calls).toEqual([])
    },
  )

  test('of 20 concurrent approvals and refusals, one succeeds', async () => {
    for (let round = 0; round < 5; round++) {
      const { kith } = await app({ signUp: 'approval' })
      await codeOf(kith.accounts.register({ username: 'ada', password }))
      const id = (await kith.accounts.find('ada'))?.id ?? ''
      const results = await Promise.all(
        Array.from({ length: 20 }, (_, index) =>
          codeOf(index % 2 === round % 2 ? kith.approvals.approve(id) : kith.approvals.refuse(id)),
        ),
      )
      expect(results.filter((each) => each === 'no error')).toHaveLength(1)
      const approved = results.indexOf('no error') % 2 === round % 2
      expect((await kith.accounts.find('ada')) !== null).toBe(approved)
    }
  })

  test('frees the username of a refused account, and of one that waits too long', async () => {
    const { kith, advance } = await app({ signUp: 'approval', applicationTtl: '7d' })
    const apply = (): Promise<string> => codeOf(kith.accounts.register({ username: 'ada', password }))
    expect(await apply()).toBe('approval-required')
    await kith.approvals.refuse((await kith.accounts.find('ada'))?.id ?? '')
    expect(await apply()).toBe('approval-required')
    advance(7 * 86_400 - 1)
    expect((await kith.upkeep.run()).applications).toBe(0)
    advance(1)
    expect((await kith.upkeep.run()).applications).toBe(1)
    expect(await kith.accounts.find('ada')).toBeNull()
  })

  test('also keeps an account with a passkey waiting, but never lists one whose registration was interrupted', async () => {
    const passkeys = createPasskeys({ rpId, rpName: 'App', origins: [origin] })
    const { kith, options } = await app({ signUp: 'approval' }, { passkeys })
    const device = createAuthenticator({ origin })
    const { token, options: creation } = await kith.passkeys.beginRegister({ username: 'ada' })
    expect(await codeOf(kith.passkeys.register({ token, response: device.create(creation) }))).toBe(
      'approval-required',
    )
    const login = async (): Promise<string> => {
      const begun = await kith.passkeys.beginLogin()
      return await codeOf(kith.passkeys.login({ token: begun.token, response: device.get(begun.options) }))
    }
    expect(await login()).toBe('approval-required')
    const [ada] = (await kith.approvals.list()).items
    const nameless = { ...(await options.storage.users.byId(ada?.id ?? '')), id: kith.accounts.shadowId('x') }
    await options.storage.users.create({ ...nameless, username: null, email: null, phone: null } as never)
    expect((await kith.approvals.list()).items).toHaveLength(1)
    expect(await codeOf(kith.approvals.approve(nameless.id))).toBe('application-not-found')
    await kith.approvals.approve(ada?.id ?? '')
    expect(await login()).toBe('no error')
  })
})
