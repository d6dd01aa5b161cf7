import { mkdtempSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { afterAll, beforeEach, expect, test } from 'vitest'
import { fastFolder } from '../../../test/fast-folder.ts'
import type { Kith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { codeOf, createInstance } from './instance.ts'

const folder = mkdtempSync(join(fastFolder, 'kith-within-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const [ada, bo] = [
  { username: 'ada', password: 'correct horse battery' },
  { username: 'bob', password: 'staple of a battery' },
]

let kith: Kith
let database: DatabaseSync
let heard: string[]
let files = 0

beforeEach(async () => {
  const path = join(folder, `${++files}.db`)
  kith = createInstance({ storage: createSqliteStorage({ path }), outbox: { events: 'all' } }).kith
  await kith.storage.migrate()
  database = new DatabaseSync(path)
  database.exec('CREATE TABLE orders (owner BLOB NOT NULL REFERENCES kith_users (id), thing TEXT NOT NULL)')
  heard = []
  for (const name of ['account.registered', 'account.banned', 'follow.added', 'session.revoked'] as const)
    kith.events.on(name, () => void heard.push(name))
  return async () => {
    database.close()
    await kith.close()
  }
})

const order = (userId: string): unknown =>
  database
    .prepare('INSERT INTO orders VALUES (?, ?)')
    .run(Buffer.from(userId.replaceAll('-', ''), 'hex'), 'shoes')
const orders = (): unknown => database.prepare('SELECT count(*) AS orders FROM orders').get()

async function delivered(): Promise<string[]> {
  const names: string[] = []
  await kith.outbox.deliver(({ name }) => void names.push(name))
  return names
}

test('a row of the app and an account become visible together at the commit, with events after it', async () => {
  database.exec('BEGIN IMMEDIATE')
  const within = kith.within(database)
  const { user } = await within.accounts.register(ada)
  order(user.id)
  expect(await within.accounts.byId(user.id)).toMatchObject({ username: 'ada' })
  expect(await kith.accounts.byId(user.id)).toBeNull()
  expect(heard).toEqual([])
  database.exec('COMMIT')
  await within.committed()
  expect(heard).toEqual(['account.registered'])
  expect(await kith.accounts.byId(user.id)).toMatchObject({ username: 'ada' })
  expect(orders()).toEqual({ orders: 1 })
  expect(await delivered()).toContain('account.registered')
  await within.committed()
  expect(heard).toEqual(['account.registered'])
})

test('after a rollback nothing is stored and no event is emitted', async () => {
  database.exec('BEGIN IMMEDIATE')
  const within = kith.within(database)
  const { user } = await within.accounts.register(ada)
  order(user.id)
  database.exec('ROLLBACK')
  expect(await kith.accounts.byId(user.id)).toBeNull()
  expect(orders()).toEqual({ orders: 0 })
  expect(await delivered()).toEqual([])
  expect(heard).toEqual([])
  await expect(kith.accounts.register(ada)).resolves.toMatchObject({ user: { username: 'ada' } })
})

test('a service error leaves the transaction usable', async () => {
  await kith.accounts.register(ada)
  database.exec('BEGIN IMMEDIATE')
  const within = kith.within(database)
  expect(await codeOf(within.accounts.register(ada))).toBe('identifier-taken')
  const { user } = await within.accounts.register(bo)
  await within.follows.add(kith.viewerOf(user.id), 'ada')
  order(user.id)
  database.exec('COMMIT')
  await within.committed()
  expect(heard).toEqual(['account.registered', 'account.registered', 'follow.added'])
  expect(orders()).toEqual({ orders: 1 })
})

test('tokens of ended sessions are denied in `committed`, and stay valid after a rollback', async () => {
  const { user, tokens } = await kith.accounts.register(ada)
  const asks = (): Promise<string> => codeOf(kith.sessions.authenticate(tokens.accessToken))
  for (const end of ['ROLLBACK', 'COMMIT']) {
    database.exec('BEGIN IMMEDIATE')
    const within = kith.within(database)
    await within.accounts.ban(user.id, { reason: 'spam' })
    expect(await asks()).toBe('no error')
    database.exec(end)
    if (end === 'ROLLBACK') expect(await asks()).toBe('no error')
    else await within.committed()
  }
  expect(await asks()).not.toBe('no error')
  expect(heard).toContain('account.banned')
  await kith.settled()
})

test('a notice that a call in the transaction causes is sent by the outer services', async () => {
  await kith.accounts.register(ada)
  database.exec('BEGIN IMMEDIATE')
  const within = kith.within(database)
  const attempts = Array.from({ length: 12 }, () =>
    codeOf(within.sessions.login({ login: 'ada', password: 'wrong' }, { address: '192.0.2.1' })),
  )
  expect(await Promise.all(attempts)).toContain('account-locked')
  database.exec('COMMIT')
  await within.committed()
  await kith.settled()
})

test('a storage without such transactions throws', () => {
  const { kith } = createInstance({ storage: createMemoryStorage() })
  expect(() => kith.within({})).toThrow('this storage cannot join a transaction of the app')
})

test('services that store files or run jobs are not included', () => {
  database.exec('BEGIN IMMEDIATE')
  const within = kith.within(database)
  expect(Object.keys(within)).not.toEqual(expect.arrayContaining(['uploads']))
  expect(within).toHaveProperty('posts.create')
})
