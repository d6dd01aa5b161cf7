import { describe, expect, test } from 'vitest'
import { codeOf, counting, createInstance } from '../../test/instance.ts'

const password = 'correct horse'

async function withPeople() {
  const storage = createInstance().options.storage
  const { port, calls } = counting(storage.users)
  const instance = createInstance({ storage: { ...storage, users: port } })
  const { kith } = instance
  const [ana, ben] = [
    await kith.accounts.import({ username: 'ana', passwordHash: null }),
    await kith.accounts.import({ username: 'ben', passwordHash: null }),
  ]
  return { ...kith, kith, ana, ben, viewer: kith.viewerOf(ana.id), calls }
}

describe('profiles by id', () => {
  test('are returned in the order of the ids, null for invisible ones, with one query', async () => {
    const { profiles, follows, accounts, viewer, ana, ben, calls } = await withPeople()
    const cleo = await accounts.shadow('user_cleo', { name: 'Cleo' })
    const dora = await accounts.import({ username: 'dora', passwordHash: null })
    await follows.add(viewer, cleo.id)
    await accounts.ban(ben.id)
    await accounts.remove(dora.id)
    calls.length = 0
    const ids = [cleo.id, ben.id, ana.id, 'nobody', dora.id, cleo.id, '', '\ud800']
    const found = await profiles.byIds(viewer, ids)
    expect(calls).toEqual(['byIds'])
    expect(found.map((user) => user?.id ?? null)).toEqual([
      cleo.id,
      null,
      ana.id,
      null,
      null,
      cleo.id,
      null,
      null,
    ])
    expect(found[0]).toMatchObject({ username: null, name: 'Cleo', viewer: { following: true } })
    expect(found[0]).not.toHaveProperty('email')
    expect((await profiles.byIds(null, [cleo.id]))[0]).not.toHaveProperty('viewer')
    expect(await profiles.byIds(null, [])).toEqual([])
  })

  test('are limited to a hundred at a time', async () => {
    const { profiles, ana } = await withPeople()
    expect(await profiles.byIds(null, Array<string>(100).fill(ana.id))).toHaveLength(100)
    await expect(profiles.byIds(null, Array<string>(101).fill(ana.id))).rejects.toMatchObject({
      code: 'invalid-input',
      errors: [{ path: 'ids', code: 'too-long', maximum: 100, unit: 'items' }],
    })
    for (const ids of ['ana', null, [5], ['x'.repeat(101)], new Array(1e6)])
      expect(await codeOf(profiles.byIds(null, ids as never))).toBe('invalid-input')
  })
})

describe('an account can be named by its id', () => {
  test('where it is read, followed and listed', async () => {
    const { profiles, follows, posts, viewer, ana, ben, events } = await withPeople()
    const told: unknown[] = []
    for (const name of ['follow.added', 'follow.removed'] as const)
      events.on(name, ({ at: _at, ...event }) => void told.push(event))
    expect((await profiles.get(viewer, ben.id)).username).toBe('ben')
    expect(await follows.add(viewer, ben.id)).toEqual({ following: true, followers: 1 })
    expect(await follows.add(viewer, 'ben')).toEqual({ following: true, followers: 1 })
    expect((await follows.followers(null, ben.id)).items).toMatchObject([{ id: ana.id }])
    expect((await follows.following(null, ana.id)).items).toMatchObject([{ id: ben.id }])
    expect((await posts.byAuthor(null, ben.id)).items).toEqual([])
    expect(await follows.remove(viewer, ben.id)).toEqual({ following: false, followers: 0 })
    expect(told).toEqual(Array(2).fill({ userId: ana.id, followedId: ben.id }))
    expect(await codeOf(follows.add(viewer, ana.id))).toBe('self-follow')
  })

  test('but not if it is not visible', async () => {
    const { profiles, follows, posts, accounts, viewer, ana, ben, kith } = await withPeople()
    await accounts.ban(ben.id)
    const names = [
      ben.id,
      kith.accounts.shadowId('nobody'),
      ana.id.toUpperCase(),
      `${ana.id}\0`,
      ` ${ana.id}`,
    ]
    for (const name of names) {
      expect(await codeOf(profiles.get(viewer, name))).toBe('account-not-found')
      expect(await codeOf(follows.add(viewer, name))).toBe('account-not-found')
      expect(await codeOf(follows.remove(viewer, name))).toBe('account-not-found')
      expect(await codeOf(follows.followers(null, name))).toBe('account-not-found')
      expect(await codeOf(posts.byAuthor(null, name))).toBe('account-not-found')
    }
    expect(await codeOf(follows.add(kith.viewerOf(ben.id), ana.id))).toBe('session-revoked')
    expect(await codeOf(accounts.register({ username: ana.id, password }))).toBe('invalid-input')
  })
})
