import { expect, test } from 'vitest'
import { createKith, type Kith, type KithOptions } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { joinStores, type Storage } from '@kith/core/ports'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { cheapHashing } from '../test/instance.ts'
import { joinedNames } from './joined-stores.ts'

function kithOf(storage: Storage, more: Partial<KithOptions> = {}): Kith {
  return createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage,
    passwords: cheapHashing,
    ...more,
  })
}

test.each(joinedNames)('refuses %s alone from another adapter, with a solution', (name) => {
  const mixed = { ...createMemoryStorage(), [name]: createMemoryStorage()[name] }
  expect(() => kithOf(mixed)).toThrow(
    /^createKith: storage: `users`, .* of one adapter, or start your own store .*`sessions` and `facts` can/,
  )
  const { ...unmarked } = mixed[name]
  for (const symbol of Object.getOwnPropertySymbols(unmarked)) Reflect.deleteProperty(unmarked, symbol)
  expect(() => kithOf({ ...mixed, [name]: unmarked })).toThrow(/of one adapter/)
})

test('sessions and facts may come from another adapter, and everything works', async () => {
  const other = createMemoryStorage()
  const kith = kithOf({ ...createMemoryStorage(), sessions: other.sessions, facts: other.facts })
  const { user, tokens } = await kith.accounts.register({ username: 'ada', password: 'correct horse' })
  const viewer = await kith.sessions.authenticate(tokens.accessToken)
  await kith.sessions.refresh(tokens.refreshToken)
  expect((await kith.sessions.list(viewer)).items).toHaveLength(1)
  await kith.accounts.ban(user.id)
  await expect(kith.sessions.authenticate(tokens.accessToken)).rejects.toMatchObject({
    code: 'session-revoked',
  })
  expect(await other.sessions.list(user.id, new Date(), { before: null, limit: 10 })).toEqual([])
})

test.each<Partial<KithOptions>>([
  { outbox: { events: 'all' } },
  { outbox: { events: ['account.deleted', 'session.revoked'] } },
  { audit: { keepFor: '365d' } },
])('refuses sessions from another adapter if their events would be lost: %j', (options) => {
  const storage = createMemoryStorage()
  const { sessions } = createMemoryStorage()
  expect(() => kithOf({ ...storage, sessions }, options)).toThrow(/^createKith: storage: `sessions` stores/)
  expect(() => kithOf({ ...storage, sessions: { ...storage.sessions } }, options)).not.toThrow()
})

test('with sessions from another adapter, all other events are durable', async () => {
  const storage = { ...createMemoryStorage(), sessions: createMemoryStorage().sessions }
  const kith = kithOf(storage, { outbox: { events: ['account.registered', 'account.deleted'] } })
  const { user } = await kith.accounts.register({ username: 'ada', password: 'correct horse' })
  await kith.accounts.remove(user.id)
  const names: string[] = []
  await kith.outbox.deliver(({ name }) => void names.push(name))
  expect(names).toEqual(['account.registered', 'account.deleted'])
})

test.each(['sessions', 'facts'] as const)(
  'a transaction of the app is refused if %s come from another adapter',
  (name) => {
    const storage = createSqliteStorage({ path: ':memory:' })
    const kith = kithOf({ ...storage, [name]: createMemoryStorage()[name] })
    expect(() => kith.within({})).toThrow(/^kith.within: `sessions` or `facts` is of another adapter/)
  },
)

test('a wrapper around a store of the adapter is accepted in its place', async () => {
  const storage = createMemoryStorage()
  const seen: string[] = []
  const users = { ...storage.users, byId: (id: string) => (seen.push(id), storage.users.byId(id)) }
  const kith = kithOf({ ...storage, users })
  const { user, tokens } = await kith.accounts.register({ username: 'ada', password: 'correct horse' })
  await kith.accounts.me(await kith.sessions.authenticate(tokens.accessToken))
  expect(seen).toContain(user.id)
})

test('accepts a proxy that forwards every call', () => {
  const storage = createMemoryStorage()
  const get =
    (users: object, name: string) =>
    (...values: unknown[]) =>
      (Reflect.get(users, name) as (...values: unknown[]) => unknown)(...values)
  const users = new Proxy(storage.users, { get: get as never })
  expect(kithOf({ ...storage, users }).storage.users).toBe(users)
})

test('accepts stores that do not name their adapter, and stores that an app has joined', () => {
  const bare = Object.fromEntries(
    Object.entries(createMemoryStorage()).map(([name, store]: [string, unknown]) => [
      name,
      typeof store === 'function'
        ? store
        : Object.assign(Object.create(null) as object, ...plain(store as object)),
    ]),
  ) as unknown as Storage
  expect(kithOf(bare).storage).toBe(bare)
  expect(kithOf(joinStores(bare)).storage).toBe(bare)
})

/** The members of a store without its mark. */
function plain(store: object): object[] {
  return Object.entries(store).map(([name, value]: [string, unknown]) => ({ [name]: value }))
}
