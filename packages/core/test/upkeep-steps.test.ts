import { createKith, type Kith, KithError, type Viewer } from '@kith/core'
import type { Storage } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { codeOf, createInstance } from './instance.ts'

/** A storage in which the calls with these names, such as `users.byId`, fail. */
function failing(storage: Storage, names: readonly string[]): Storage {
  const broken = new Proxy(storage, {
    get(target, store) {
      const member: unknown = Reflect.get(target, store)
      if (names.includes(String(store))) return () => Promise.reject(new Error('died'))
      if (typeof member !== 'object' || member === null) return member
      return new Proxy(member, {
        get: (port, verb) =>
          names.includes(`${String(store)}.${String(verb)}`)
            ? () => Promise.reject(new Error('died'))
            : (Reflect.get(port, verb) as unknown),
      })
    },
  })
  return broken
}

async function signIn(kith: Kith, username = 'ana'): Promise<Viewer> {
  const { user, session } = await kith.accounts.register({
    username,
    password: 'correct horse',
  })
  return { userId: user.id, sessionId: session.id }
}

test('a ban that is interrupted after the mark is finished by upkeep: no session of the account remains', async () => {
  const { kith, options } = createInstance()
  const ana = await signIn(kith)
  const ben = await signIn(kith, 'ben')
  const dying = createKith({ ...options, storage: failing(options.storage, ['sessions.revokeAll']) })
  await expect(dying.accounts.ban(ana.userId)).rejects.toThrow('died')
  const { sessions } = options.storage
  expect((await sessions.byId(ana.sessionId ?? ''))?.revokedAt).toBeNull()
  const ended: string[] = []
  kith.events.on('session.revoked', ({ sessionId }) => void ended.push(sessionId))
  for (const _run of [1, 2]) expect(await kith.upkeep.run()).toMatchObject({ failed: [] })
  expect(ended).toEqual([ana.sessionId])
  expect((await sessions.byId(ben.sessionId ?? ''))?.revokedAt).toBeNull()
  expect(await sessions.list(ana.userId, new Date('2026-01-01'), { limit: 9, before: null })).toEqual([])
})

test('access tokens of a ban that upkeep has finished fail from the next request on', async () => {
  const { kith, options } = createInstance()
  const { user, tokens } = await kith.accounts.register({ username: 'ana', password: 'correct horse' })
  await kith.sessions.authenticate(tokens.accessToken)
  // A process that dies right after this has not denied any token.
  await options.storage.users.update(user.id, { bannedAt: new Date('2026-01-01'), endSessions: true })
  expect((await kith.sessions.authenticate(tokens.accessToken)).userId).toBe(user.id)
  await kith.upkeep.run()
  expect(await codeOf(kith.sessions.authenticate(tokens.accessToken))).toBe('session-revoked')
})

test.each([
  ['accounts', 'users.toPurge'],
  ['posts', 'posts.toPurge'],
  ['bans', 'users.bannedIds'],
  ['bans', 'edges.hiddenNodes'],
  ['media', 'media.sweep'],
  ['usernames', 'users.forgetUsernames'],
  ['sessions', 'sessions.purgeEnded'],
  ['audit', 'audit.purgeBefore'],
])('the step %s of upkeep may fail at %s: it is logged, and all others run', async (step, call) => {
  const storage = createMemoryStorage()
  const { kith, advance, options, logged } = createInstance({ storage, audit: { keepFor: '30d' } })
  await signIn(kith)
  const calls: string[] = []
  const watched = new Proxy(failing(storage, [call]), {
    get(target, store) {
      const member: unknown = Reflect.get(target, store)
      if (typeof member !== 'object' || member === null) return member
      return new Proxy(member, {
        get(port, verb) {
          calls.push(`${String(store)}.${String(verb)}`)
          return Reflect.get(port, verb) as unknown
        },
      })
    },
  })
  advance(31 * 86_400)
  const { failed } = await createKith({ ...options, storage: watched }).upkeep.run()
  expect(failed).toEqual([step])
  expect(logged).toMatchObject([
    [expect.stringContaining(`"${step}"`), { event: 'upkeep.step-failed', step, error: { message: 'died' } }],
  ])
  for (const other of ['users.toPurge', 'posts.toPurge', 'users.bannedIds', 'media.sweep'])
    expect(calls).toContain(other)
  expect(calls).toContain('sessions.purgeEnded')
})

test('an account that cannot be cleaned up does not block others, and is tried once per run', async () => {
  const { kith, options, logged } = createInstance()
  const { storage } = options
  const people: Viewer[] = []
  for (let index = 0; index < 5; index++) people.push(await signIn(kith, `user${index}`))
  for (const { userId } of people) await storage.users.markDeleted(userId, new Date('2026-01-01'))
  const stuck = people[1]?.userId
  const kept = createKith({
    ...options,
    storage: {
      ...storage,
      edges: {
        ...storage.edges,
        drop: async (node, limit) => {
          if (node === stuck) throw new KithError('storage-failed')
          return await storage.edges.drop(node, limit)
        },
      },
    },
  })
  expect(await kept.upkeep.run()).toMatchObject({ accounts: 4, failed: ['accounts'] })
  expect(logged).toHaveLength(1)
  expect(await kith.upkeep.run()).toMatchObject({ accounts: 1, failed: [] })
})

test.each([
  ['accounts', 'sessions.revokeAll'],
  ['accounts', 'media.releaseAll'],
  ['accounts', 'posts.removeAll'],
  ['accounts', 'edges.drop'],
  ['accounts', 'users.purge'],
  ['posts', 'posts.purge'],
  ['bans', 'edges.setHidden'],
])('the step %s that fails halfway, at %s, is finished by the next run', async (step, call) => {
  const { kith, options } = createInstance({ posts: { textOnly: true } })
  const { storage } = options
  const [ana, ben, cem] = [await signIn(kith), await signIn(kith, 'ben'), await signIn(kith, 'cem')]
  const { id } = await kith.posts.create(cem, { caption: 'hello' })
  await kith.likes.add(ana, id)
  for (const name of ['ben', 'cem']) await kith.follows.add(ana, name)
  await storage.users.markDeleted(ana.userId, new Date('2026-01-01'))
  await storage.users.update(ben.userId, { bannedAt: new Date('2026-01-01') })
  await storage.posts.remove(id)
  const broken = createKith({ ...options, storage: failing(storage, [call]) })
  const { failed } = await broken.upkeep.run()
  expect(failed).toContain(step)
  expect(failed.every((name) => ['accounts', 'posts', 'bans'].includes(name))).toBe(true)
  expect(await kith.upkeep.run()).toMatchObject({ failed: [] })
  expect(await storage.users.toPurge(9)).toEqual([])
  expect(await storage.posts.toPurge(9)).toEqual([])
  expect(await storage.edges.counts('follow', [ana.userId, ben.userId])).toEqual([
    { out: 0, in: 0 },
    { out: 0, in: 0 },
  ])
})

test('progress reports every step in order, with how much each has done', async () => {
  const { kith, options } = createInstance()
  const people = [await signIn(kith), await signIn(kith, 'ben')]
  for (const { userId } of people) await options.storage.users.markDeleted(userId, new Date('2026-01-01'))
  const heard: [string, number][] = []
  await kith.upkeep.run({ progress: (step, done) => void heard.push([step, done]) })
  expect([...new Set(heard.map(([step]) => step))]).toEqual([
    'applications',
    'accounts',
    'posts',
    'bans',
    'media',
    'staged-files',
    'usernames',
    'temporary-files',
    'sessions',
    'codes',
    'messages',
    'audit',
  ])
  expect(heard).toContainEqual(['accounts', 2])
  expect(heard).toContainEqual(['sessions', 2])
})
