import { auditActions, type AuditEntry, createKith, type Kith, type Viewer } from '@kith/core'
import { describe, expect, test } from 'vitest'
import {
  audited,
  client,
  doings,
  elsewhere,
  enroll,
  keeping,
  password,
  phone,
  viewerOf,
} from './audit-actions.ts'
import { codeOf, counting, createInstance } from './instance.ts'

/** All entries of an account, or of all accounts, oldest first. */
async function entriesOf(kith: Kith, who: Viewer | string | null): Promise<AuditEntry[]> {
  const { items, nextCursor } = await kith.audit.list(who, { limit: 100 })
  expect(nextCursor).toBeNull()
  return items.toReversed()
}

/** The entries that `act` writes. */
async function written(kith: Kith, act: () => Promise<unknown>): Promise<Omit<AuditEntry, 'id' | 'at'>[]> {
  const before = new Set((await entriesOf(kith, null)).map(({ id }) => id))
  await act()
  const all = await entriesOf(kith, null)
  return all.filter(({ id }) => !before.has(id)).map(({ id: _id, at: _at, ...entry }) => entry)
}

describe('each entry has its action, actor and place', () => {
  for (const action of auditActions)
    for (const [index, { act, expected }] of doings[action].entries())
      test(`${action}, ${index + 1}`, async () => {
        const made = await audited()
        const found = await written(made.kith, () => act(made))
        expect(found).toMatchObject(expected(made))
        expect(found).toHaveLength(expected(made).length)
        expect(found.map((entry) => entry.action)).toContain(action)
      })

  test('every action of the table is also emitted as an event, just as often', async () => {
    for (const action of auditActions)
      for (const { act } of doings[action]) {
        const made = await audited()
        const raised: string[] = []
        for (const name of auditActions)
          made.kith.events.on(name, (event) => {
            if (!('fields' in event) || event.fields.some((field) => field !== 'name')) raised.push(name)
          })
        const found = await written(made.kith, () => act(made))
        expect(raised.sort()).toEqual(found.map((entry) => entry.action).sort())
      }
  })

  test('profile changes are not logged', async () => {
    const { kith, viewer } = await audited()
    expect(await written(kith, () => kith.accounts.edit(viewer, { name: 'Ada', bio: 'Counts' }))).toEqual([])
  })

  test('contains no secrets, and nothing that reveals an email address or phone number', async () => {
    const made = await audited()
    const { kith, options, ada } = made
    const secrets = [...(await enroll(made)), ada.tokens.refreshToken, ada.tokens.accessToken]
    for (const { act } of doings['account.edited'].slice(1)) await act(made)
    await doings['account.password-changed'][1]?.act(made)
    const rows = JSON.stringify(await options.storage.audit.list(null, { limit: 1_000, before: null }))
    expect(rows).toContain('emailVerified')
    for (const secret of [password, 'battery', 'example.', phone, phone.slice(1), 'argon2', ...secrets])
      expect(rows).not.toContain(secret)
    expect(await entriesOf(kith, ada.user.id)).not.toEqual([])
  })
})

describe('without the option', () => {
  test('nothing is written, no store gets entries, and nothing can be read', async () => {
    const { options } = createInstance()
    const given: unknown[] = []
    const audit = counting(options.storage.audit)
    const users = new Proxy(options.storage.users, {
      get(target, name) {
        const member: unknown = Reflect.get(target, name)
        if (typeof member !== 'function') return member
        return (...values: unknown[]) => {
          given.push(...values)
          return Reflect.apply(member, target, values) as unknown
        }
      },
    })
    const kith = createKith({ ...options, storage: { ...options.storage, users, audit: audit.port } })
    const ada = await kith.accounts.register({ username: 'ada', password }, client)
    for await (const line of kith.accounts.export(viewerOf(ada))) expect(line).not.toContain('"type":"audit"')
    await kith.accounts.setRole(ada.user.id, 'admin')
    expect((await kith.upkeep.run()).audit).toBe(0)
    expect(await codeOf(kith.audit.list(ada.user.id))).toBe('not-configured')
    expect(given.length).toBeGreaterThan(3)
    expect(given.filter((value) => typeof value === 'function')).toEqual([])
    expect(audit.calls).toEqual([])
  })

  test('null turns it off, and an option without a duration is rejected', () => {
    expect(createInstance({ audit: null }).kith.config.audit).toBeNull()
    expect(createInstance(keeping).kith.config.audit).toEqual({ keepForSeconds: 30 * 86_400 })
    expect(() => createInstance({ audit: {} as never })).toThrow('audit.keepFor')
  })
})

describe('together with durable events', () => {
  test('each works without the other, and one change can write both', async () => {
    const both = await audited({ ...keeping, outbox: { events: ['account.registered'] } })
    const events: string[] = []
    await both.kith.outbox.deliver(({ name }) => void events.push(name))
    expect(events).toEqual(['account.registered'])
    const actions = (await entriesOf(both.kith, null)).map(({ action }) => action)
    expect(actions).toEqual(['account.registered', 'session.opened'])
    const alone = await audited()
    expect(await alone.options.storage.outbox.backlog(9)).toEqual({ count: 0, oldestAt: null })
  })

  test('a change that fails writes no entry, and an entry that fails prevents the change', async () => {
    const { kith, options, viewer } = await audited()
    expect(await codeOf(kith.accounts.update(viewer.userId, { username: null, email: null }))).toBe(
      'invalid-input',
    )
    expect(await codeOf(kith.sessions.end(viewer.userId, 'no session'))).toBe('session-not-found')
    expect((await entriesOf(kith, null)).map(({ action }) => action)).toEqual([
      'account.registered',
      'session.opened',
    ])
    let isBroken = false
    const failing = createKith({
      ...options,
      clock() {
        if (isBroken) throw new RangeError('no time')
        return options.clock?.() ?? new Date(0)
      },
    })
    isBroken = true
    await expect(failing.accounts.setRole(viewer.userId, 'admin')).rejects.toThrow('no time')
    expect((await kith.accounts.byId(viewer.userId))?.role).toBe('member')
  })
})

describe('reading', () => {
  test('owners see their own entries; the host sees those of one account or of all, newest first', async () => {
    const { kith, viewer } = await audited()
    const ben = viewerOf(await kith.accounts.register({ username: 'ben', password }, elsewhere))
    await kith.accounts.setRole(viewer.userId, 'admin')
    const own = await kith.audit.list(viewer)
    expect(own.items.map(({ action }) => action)).toEqual([
      'account.role-changed',
      'session.opened',
      'account.registered',
    ])
    expect(own.items.every(({ userId }) => userId === viewer.userId)).toBe(true)
    expect(await kith.audit.list(viewer.userId)).toEqual(own)
    const others = await kith.audit.list(ben)
    const all = await kith.audit.list(null)
    expect(all.items).toEqual([own.items[0], ...others.items, ...own.items.slice(1)])
    expect(all.items[0]?.at).toBe('2026-01-01T00:00:00.000Z')
    expect((await kith.audit.list('nobody')).items).toEqual([])
  })

  test('in pages, with cursors of this list only', async () => {
    const { kith, viewer } = await audited()
    for (const role of ['admin', 'moderator', 'member']) await kith.accounts.setRole(viewer.userId, role)
    const whole = await kith.audit.list(viewer)
    const pages: AuditEntry[] = []
    let cursor: string | undefined
    do {
      const page = await kith.audit.list(viewer, { limit: 2, cursor })
      expect(page.items.length).toBeLessThanOrEqual(2)
      pages.push(...page.items)
      cursor = page.nextCursor ?? undefined
    } while (cursor !== undefined)
    expect(pages).toEqual(whole.items)
    expect(pages).toHaveLength(5)
    await kith.sessions.open(viewer.userId)
    const { nextCursor } = await kith.sessions.list(viewer, { limit: 1 })
    expect(await codeOf(kith.audit.list(viewer, { cursor: nextCursor ?? '' }))).toBe('invalid-cursor')
    expect(await codeOf(kith.audit.list(viewer, { limit: 101 }))).toBe('invalid-input')
  })

  test('an export includes the entries of its account', async () => {
    const { kith, viewer } = await audited()
    await kith.accounts.register({ username: 'ben', password }, elsewhere)
    const lines: { type: string }[] = []
    for await (const line of kith.accounts.export(viewer)) lines.push(JSON.parse(line) as { type: string })
    const { items } = await kith.audit.list(viewer)
    expect(lines.filter(({ type }) => type === 'audit')).toEqual(
      items.map((item) => ({ type: 'audit', ...item })),
    )
  })
})

test('entries are kept for the configured time, even after the account is deleted, and then removed by upkeep', async () => {
  const { kith, viewer, advance } = await audited()
  advance(10 * 86_400)
  await kith.accounts.remove(viewer.userId)
  await kith.settled()
  expect((await kith.upkeep.run()).audit).toBe(0)
  expect(await entriesOf(kith, viewer.userId)).toHaveLength(4)
  advance(20 * 86_400)
  expect((await kith.upkeep.run()).audit).toBe(0)
  advance(1)
  expect((await kith.upkeep.run()).audit).toBe(2)
  expect((await entriesOf(kith, viewer.userId)).map(({ action }) => action)).toEqual([
    'account.deleted',
    'session.revoked',
  ])
  advance(10 * 86_400)
  expect((await kith.upkeep.run()).audit).toBe(2)
  expect(await entriesOf(kith, null)).toEqual([])
})
