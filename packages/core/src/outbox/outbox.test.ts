import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  createKith,
  durability,
  type Kith,
  type KithEventName,
  type KithOptions,
  type OutboxEvent,
  type Viewer,
} from '@kith/core'
import { createMemoryBlobs } from '@kith/core/memory'
import { createPasskeys } from '@kith/core/passkeys'
import { Secret, TOTP } from 'otpauth'
import { describe, expect, test } from 'vitest'
import { copyingImages, picture } from '../../test/copying-images.ts'
import { createDeviceKey } from '../../test/device-key.ts'
import { counting, createInstance } from '../../test/instance.ts'
import { createAuthenticator } from '../../test/software-authenticator.ts'
import { type DurableEventName, durableEventNames } from '../durable-events.ts'

const password = 'correct horse'
const origin = 'https://app.example.com'
const all = { events: 'all' } as const

/** Triggers every durable event. */
async function live(kith: Kith, moveClock: (seconds: number) => void): Promise<void> {
  const { accounts, sessions, posts, follows, likes, uploads, boundSessions } = kith
  const ana = await accounts.register({ username: 'ana', password })
  const ben = await accounts.register({ username: 'ben', password })
  const carl = await accounts.import({ username: 'carl', passwordHash: null })
  const viewer = viewerOf(ana)
  await factorComesAndGoes(kith, viewer)
  await follows.add(viewer, 'ben')
  await follows.add(viewer, 'ben')
  await follows.remove(viewer, 'ben')
  await follows.remove(viewer, 'ben')
  await accounts.edit(viewer, { name: 'Ana' })
  await uploads.use(viewer, (await uploads.add(viewer, picture())).id, 'avatar')
  await uploads.clear(viewer, 'avatar')
  const post = await posts.create(viewer, { caption: 'Hello' })
  await posts.edit(viewer, post.id, { caption: 'Hello again' })
  await likes.add(viewerOf(ben), post.id)
  await likes.add(viewerOf(ben), post.id)
  await likes.remove(viewerOf(ben), post.id)
  await posts.remove(viewer, post.id)
  await accounts.setRole(carl.id, 'admin')
  const admin = viewerOf(await sessions.open(carl.id))
  const acting = await sessions.impersonate(admin, { userId: ana.user.id, reason: 'To look' })
  await sessions.logout(await sessions.authenticate(acting.tokens.accessToken))
  await othersComeIn(kith, carl.id)
  await passkeyIsCopied(kith, viewer)
  // Two more than the account may keep.
  for (let index = 0; index < 3; index++) await sessions.login({ login: 'ben', password })
  const stolen = await sessions.login({ login: 'ben', password })
  await sessions.refresh(stolen.tokens.refreshToken)
  moveClock(60)
  await expect(sessions.refresh(stolen.tokens.refreshToken)).rejects.toThrow()
  await sessions.endAll(ben.user.id)
  for (let tried = 0; tried < 20; tried++)
    await expect(sessions.login({ login: 'ben', password: 'wrong' })).rejects.toThrow()
  await kith.settled()
  const changed = await accounts.changePassword(viewer, {
    currentPassword: password,
    newPassword: 'battery staple',
  })
  const now = viewerOf(changed)
  await boundSessions.bind(now, createDeviceKey().registration(await boundSessions.offerTo(now)))
  await sessions.logout(now)
  await accounts.ban(ben.user.id)
  await accounts.unban(ben.user.id)
  const last = await sessions.login({ login: 'ana', password: 'battery staple' })
  await accounts.delete(viewerOf(last), { password: 'battery staple' })
}

/** Creates and revokes an invitation, approves one application and refuses another. */
async function othersComeIn(
  { accounts, approvals, invitations, storage }: Kith,
  host: string,
): Promise<void> {
  await invitations.revokeOf(host, (await invitations.createFor(host)).id)
  const since = new Date('2026-01-01T00:00:00Z')
  for (const [username, decide] of [
    ['yael', approvals.approve],
    ['zoe', approvals.refuse],
  ] as const) {
    const { id } = await accounts.import({ username, passwordHash: null })
    await storage.users.update(id, { waitingSince: since, bannedAt: since })
    await decide(id)
  }
}

/** Adds an authenticator app and removes it, at the start time of the instance clock. */
async function factorComesAndGoes({ factors, credentials }: Kith, viewer: Viewer): Promise<void> {
  const { token, secret } = await factors.beginTotp(viewer)
  const totp = new TOTP({ secret: Secret.fromBase32(secret) })
  const code = totp.generate({ timestamp: Date.parse('2026-01-01T00:00:00Z') })
  await factors.confirmTotp(viewer, { token, code })
  const app = (await credentials.list(viewer)).find(({ kind }) => kind === 'totp')
  await credentials.remove(viewer, app?.id ?? '')
}

/** Adds a passkey and signs in with it, then with a copy of it. */
async function passkeyIsCopied({ passkeys }: Kith, viewer: Viewer): Promise<void> {
  const device = createAuthenticator({ origin })
  const { token, options } = await passkeys.beginAdd(viewer)
  await passkeys.confirmAdd(viewer, { token, response: device.create(options) })
  const signIn = async () => {
    const begun = await passkeys.beginLogin()
    return passkeys.login({ token: begun.token, response: device.get(begun.options, { counter: 7 }) })
  }
  await signIn()
  await expect(signIn()).rejects.toThrow()
}

function viewerOf({ user, session }: { user: { id: string }; session: { id: string } }): Viewer {
  return { userId: user.id, sessionId: session.id }
}

function instanceWith(outbox: KithOptions['outbox']) {
  return createInstance({
    outbox,
    posts: { textOnly: true },
    passkeys: createPasskeys({ rpId: 'example.com', rpName: 'Example', origins: [origin] }),
    sessions: { maxPerAccount: 2, impersonation: {}, deviceBound: true },
    media: { blobs: createMemoryBlobs(), images: copyingImages },
  })
}

/** Delivers and returns all waiting events. */
async function delivered(kith: Kith): Promise<OutboxEvent[]> {
  const events: OutboxEvent[] = []
  await kith.outbox.deliver((event) => void events.push(event))
  return events
}

/** Registers an account and causes this many further events. */
async function member(kith: Kith, username: string, edits = 0): Promise<Viewer> {
  const viewer = viewerOf(await kith.accounts.register({ username, password }))
  for (let index = 0; index < edits; index++) await kith.accounts.edit(viewer, { bio: `${index}` })
  return viewer
}

describe('what is stored', () => {
  test('is, for each account, every durable event that kith.events emits, once and with its payload', async () => {
    const { kith, advance } = instanceWith(all)
    const told: object[] = []
    for (const name of durableEventNames)
      kith.events.on(name, ({ at, ...event }) => void told.push({ ...event, name, at }))
    await live(kith, advance)
    const events = await delivered(kith)
    expect(new Set(events.map(({ id }) => id)).size).toBe(events.length)
    const accounts = new Set(events.map(({ userId }) => userId))
    for (const account of accounts) {
      const isOwn = (event: object): boolean => (event as { userId: string }).userId === account
      const own = events.filter(isOwn).map(({ id: _, ...event }) => event)
      expect(own.map(keyOf).sort()).toEqual(told.filter(isOwn).map(keyOf).sort())
    }
    expect(new Set(events.map(({ name }) => name))).toEqual(new Set(durableEventNames))
    expect(await delivered(kith)).toEqual([])
  })

  test('is only what was requested', async () => {
    const { kith, advance } = instanceWith({ events: ['account.deleted', 'follow.added'] })
    await live(kith, advance)
    expect((await delivered(kith)).map(({ name }) => name)).toEqual([
      'follow.added',
      'account.deleted',
      'account.deleted',
    ])
  })

  test('is nothing without the option: no store gets event rows, and the outbox is not called', async () => {
    const { options, advance } = instanceWith(undefined)
    const given: unknown[] = []
    const outbox = counting(options.storage.outbox)
    const storage = Object.fromEntries(
      Object.entries(options.storage).map(([name, store]) => [name, noting(store, given)]),
    )
    const kith = createKith({ ...options, storage: { ...options.storage, ...storage, outbox: outbox.port } })
    await live(kith, advance)
    expect(given.filter((value) => typeof value === 'function')).toEqual([])
    expect(given.length).toBeGreaterThan(50)
    expect(outbox.calls).toEqual([])
    await expect(kith.outbox.deliver(() => {})).rejects.toThrow('createKith was not given `outbox`')
    expect(await kith.outbox.backlog()).toEqual({ count: 0, oldestAt: null })
  })

  test('an event that cannot be durable is rejected with the reason, and so is an unknown event', () => {
    const names = (Object.keys(durability) as KithEventName[]).filter((name) => durability[name] !== true)
    for (const name of names) {
      const events = [name as DurableEventName]
      expect(() => instanceWith({ events })).toThrow(`"${name}" cannot be durable. ${durability[name]}`)
    }
    const typo = { events: ['account.delete' as DurableEventName] }
    expect(() => instanceWith(typo)).toThrow('"account.delete" cannot be durable. Event not found.')
    expect(() => instanceWith({ events: 'some' as 'all' })).toThrow(TypeError)
    // @ts-expect-error the types reject it as well
    void (() => instanceWith({ events: ['login.failed'] }))
  })
})

describe('delivery', () => {
  test('is sequential for each account and concurrent across accounts', async () => {
    const { kith } = instanceWith({ events: ['account.registered', 'account.edited'] })
    for (const name of ['ana', 'ben', 'carl', 'dora']) await member(kith, name, 30)
    const running = new Set<string>()
    const last = new Map<string, string>()
    let most = 0
    const report = await kith.outbox.deliver(
      async ({ userId, id }) => {
        expect(running.has(userId)).toBe(false)
        expect(id > (last.get(userId) ?? '')).toBe(true)
        running.add(userId)
        most = Math.max(most, running.size)
        await nextTurn()
        running.delete(userId)
        last.set(userId, id)
      },
      { concurrency: 3 },
    )
    expect(report).toEqual({ delivered: 124, postponed: 0, more: false })
    expect(most).toBe(3)
  })

  test('that fails postpones the account with growing pauses and is logged, and the others continue', async () => {
    const { kith, advance, logged } = instanceWith({ events: ['account.registered', 'account.edited'] })
    const ana = await member(kith, 'ana', 2)
    await member(kith, 'ben', 1)
    const seen: string[] = []
    let isDown = true
    const deliver = () =>
      kith.outbox.deliver(({ userId, name }) => {
        seen.push(`${userId === ana.userId ? 'ana' : 'ben'} ${name}`)
        if (isDown && userId === ana.userId) throw new Error('the consumer is down')
      })
    expect(await deliver()).toEqual({ delivered: 2, postponed: 1, more: false })
    expect(seen.sort()).toEqual(['ana account.registered', 'ben account.edited', 'ben account.registered'])
    for (const pause of [1, 2, 4, 8]) {
      advance(pause - 0.001)
      expect(await deliver()).toEqual({ delivered: 0, postponed: 0, more: false })
      advance(0.001)
      expect(await deliver()).toEqual({ delivered: 0, postponed: 1, more: false })
    }
    expect(logged[0]?.[1]).toMatchObject({ event: 'account.registered', attempt: 1, againInSeconds: 1 })
    expect(JSON.stringify(logged)).not.toContain(ana.userId)
    isDown = false
    advance(3_600)
    seen.length = 0
    expect(await deliver()).toEqual({ delivered: 3, postponed: 0, more: false })
    expect(seen).toEqual(['ana account.registered', 'ana account.edited', 'ana account.edited'])
  })

  test('stops at its limit and reports that; the next call continues', async () => {
    const { kith } = instanceWith({ events: ['account.edited'] })
    await member(kith, 'ana', 25)
    const seen: string[] = []
    const deliver = (limit: number) => kith.outbox.deliver(({ id }) => void seen.push(id), { limit })
    expect(await deliver(22)).toEqual({ delivered: 22, postponed: 0, more: true })
    expect(await deliver(3)).toMatchObject({ delivered: 3 })
    expect(await deliver(1)).toEqual({ delivered: 0, postponed: 0, more: false })
    expect(seen).toEqual([...new Set(seen)].sort())
    expect(seen).toHaveLength(25)
  })

  test('in two live processes passes each event on once', async () => {
    const { kith, options } = instanceWith({ events: ['account.edited'] })
    for (const name of ['ana', 'ben', 'carl']) await member(kith, name, 15)
    const other = createKith(options)
    const seen: string[] = []
    const handler = async ({ id }: OutboxEvent): Promise<void> => {
      await nextTurn()
      seen.push(id)
    }
    await Promise.all([kith, other, kith].map(({ outbox }) => outbox.deliver(handler, { concurrency: 2 })))
    expect(seen).toHaveLength(45)
    expect(new Set(seen).size).toBe(45)
  })

  test('that takes longer than its lease is not acknowledged once another process holds the account', async () => {
    const { kith, options, advance } = instanceWith({ events: ['account.edited'] })
    await member(kith, 'ana', 2)
    const other = createKith(options)
    const seen: string[] = []
    const report = await kith.outbox.deliver(
      async ({ id }) => {
        seen.push(id)
        advance(60)
        expect(await other.outbox.deliver((event) => void seen.push(event.id))).toMatchObject({
          delivered: 2,
        })
      },
      { lease: '1m' },
    )
    expect(report).toEqual({ delivered: 0, postponed: 0, more: false })
    expect(seen.map((id) => seen.indexOf(id))).toEqual([0, 0, 2])
  })

  test('stops with the process: nothing starts after close, and unacknowledged events are delivered again', async () => {
    const { kith, options, advance } = instanceWith({ events: ['account.edited'] })
    await member(kith, 'ana', 5)
    const seen: string[] = []
    const report = await kith.outbox.deliver(async ({ id }) => {
      seen.push(id)
      if (seen.length === 2) await kith.close()
    })
    expect(report).toMatchObject({ delivered: 1 })
    expect(seen).toHaveLength(2)
    advance(60)
    expect((await delivered(createKith(options))).map(({ id }) => id)[0]).toBe(seen[1])
  })

  test('reports how many events wait, and since when', async () => {
    const { kith, advance } = instanceWith({ events: ['account.edited'] })
    const viewer = await member(kith, 'ana', 1)
    advance(30)
    await kith.accounts.edit(viewer, { bio: 'new' })
    expect(await kith.outbox.backlog()).toEqual({ count: 2, oldestAt: new Date('2026-01-01T00:00:00Z') })
    expect(await kith.outbox.backlog(1)).toMatchObject({ count: 1 })
  })

  test('rejects invalid arguments at run time', async () => {
    const { outbox } = instanceWith(all).kith
    await expect(outbox.deliver(undefined as never)).rejects.toThrow(TypeError)
    for (const options of [{ limit: 0 }, { concurrency: 1.5 }, { lease: '1 minute' as '1m' }])
      await expect(outbox.deliver(() => {}, options)).rejects.toThrow(Object.keys(options)[0] ?? '')
  })
})

function keyOf({ at, ...event }: { at?: Date }): string {
  return JSON.stringify([at, Object.entries(event).sort()])
}

/** Records the arguments of each call of a store. */
function noting<Store>(store: Store, given: unknown[]): Store {
  if (typeof store !== 'object' || store === null) return store
  return new Proxy(store, {
    get(target, name) {
      const verb: unknown = Reflect.get(target, name)
      if (typeof verb !== 'function') return verb
      return (...values: unknown[]) => {
        given.push(...values)
        return Reflect.apply(verb, target, values) as unknown
      }
    },
  })
}
