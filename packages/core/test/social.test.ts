import { describe, expect, test } from 'vitest'
import type { Accounts, KithOptions, Upload, Viewer } from '@kith/core'
import { createMemoryBlobs } from '@kith/core/memory'
import { copyingImages, picture } from './copying-images.ts'
import { codeOf, createInstance } from './instance.ts'

/** Registers accounts and returns a viewer for each. */
async function society(names: readonly string[], overrides: Partial<KithOptions> = {}) {
  const instance = createInstance({ posts: { textOnly: true }, limits: { postByAccount: [] }, ...overrides })
  const viewers: Record<string, Viewer> = {}
  for (const username of names) {
    const { user, session } = await instance.kith.accounts.register({ username, password: 'correct horse' })
    viewers[username] = { userId: user.id, sessionId: session.id }
  }
  const as = (name: string): Viewer => {
    const viewer = viewers[name]
    if (!viewer) throw new Error(`${name} was not registered`)
    return viewer
  }
  return { ...instance, ...instance.kith, as }
}

describe('follows', () => {
  test('are idempotent, with exact counts on both sides and the relationship visible from both', async () => {
    const { follows, profiles, as } = await society(['ana', 'ben'])
    expect(await follows.add(as('ana'), 'BEN')).toEqual({ following: true, followers: 1 })
    expect(await follows.add(as('ana'), 'ben')).toEqual({ following: true, followers: 1 })
    expect(await profiles.get(as('ana'), 'ben')).toMatchObject({
      counts: { followers: 1, following: 0 },
      viewer: { following: true, followedBy: false },
    })
    expect(await profiles.get(as('ben'), 'ana')).toMatchObject({
      counts: { followers: 0, following: 1 },
      viewer: { following: false, followedBy: true },
    })
    expect(await profiles.get(null, 'ben')).not.toHaveProperty('viewer')
    expect(await follows.remove(as('ana'), 'ben')).toEqual({ following: false, followers: 0 })
    expect(await follows.remove(as('ana'), 'ben')).toEqual({ following: false, followers: 0 })
  })

  test('20 concurrent calls count once', async () => {
    const { follows, profiles, as } = await society(['ana', 'ben'])
    await Promise.all(Array.from({ length: 20 }, () => follows.add(as('ana'), 'ben')))
    expect((await profiles.get(null, 'ben')).counts.followers).toBe(1)
  })

  test('an account cannot follow itself or an unknown account', async () => {
    const { follows, as } = await society(['ana'])
    expect(await codeOf(follows.add(as('ana'), 'ana'))).toBe('self-follow')
    expect(await codeOf(follows.add(as('ana'), 'nobody'))).toBe('account-not-found')
    expect(await codeOf(follows.add(as('ana'), 'x'.repeat(10_000)))).toBe('account-not-found')
  })

  test('lists are pages with the relationship to the viewer', async () => {
    const names = Array.from({ length: 25 }, (_, index) => `user_${String(index).padStart(2, '0')}`)
    const { follows, as } = await society(['ana', ...names])
    for (const name of names) await follows.add(as(name), 'ana')
    await follows.add(as('ana'), 'user_24')
    const first = await follows.followers(as('ana'), 'ana')
    expect(first.items.map((user) => user.username)).toEqual([...names].reverse().slice(0, 20))
    expect(first.items[0]?.viewer).toEqual({ following: true, followedBy: true })
    expect(first.items[1]?.viewer).toEqual({ following: false, followedBy: true })
    const second = await follows.followers(null, 'ana', { cursor: first.nextCursor ?? '' })
    expect(second.items).toHaveLength(5)
    expect(second.nextCursor).toBeNull()
    expect(await codeOf(follows.following(null, 'ana', { cursor: first.nextCursor ?? '' }))).toBe(
      'invalid-cursor',
    )
  })
})

describe('posts', () => {
  test('are created, read, edited and deleted only by their author', async () => {
    const { posts, profiles, as, advance } = await society(['ana', 'ben'])
    const post = await posts.create(as('ana'), { caption: ' hello ' })
    expect(post).toMatchObject({
      author: { username: 'ana' },
      caption: 'hello',
      media: [],
      counts: { likes: 0 },
      editedAt: null,
    })
    expect(post.viewer).toEqual({ liked: false, saved: false })
    expect(await posts.get(null, post.id)).not.toHaveProperty('viewer')
    expect((await profiles.get(null, 'ana')).counts.posts).toBe(1)
    advance(60)
    expect(await codeOf(posts.edit(as('ben'), post.id, { caption: 'mine' }))).toBe('not-author')
    expect(await posts.edit(as('ana'), post.id, { caption: 'hello!' })).toMatchObject({
      caption: 'hello!',
      createdAt: '2026-01-01T00:00:00.000Z',
      editedAt: '2026-01-01T00:01:00.000Z',
    })
    expect(await codeOf(posts.remove(as('ben'), post.id))).toBe('not-author')
    await posts.remove(as('ana'), post.id)
    for (const call of [
      posts.get(null, post.id),
      posts.remove(as('ana'), post.id),
      posts.edit(as('ana'), post.id, { caption: 'x' }),
    ]) {
      expect(await codeOf(call)).toBe('post-not-found')
    }
    expect((await profiles.get(null, 'ana')).counts.posts).toBe(0)
  })

  test('the length of a caption is counted in visible characters: 2,200 family emoji fit, one more does not', async () => {
    const { posts, as } = await society(['ana'])
    const flag = '🇩🇪'
    expect((await posts.create(as('ana'), { caption: flag.repeat(2200) })).caption).toHaveLength(2200 * 4)
    await expect(posts.create(as('ana'), { caption: flag.repeat(2201) })).rejects.toMatchObject({
      errors: [{ path: 'caption', code: 'too-long' }],
    })
  })

  test('need media unless text alone is allowed; the uploads must exist', async () => {
    const { posts, as } = await society(['ana'], { posts: { textOnly: false } })
    await expect(posts.create(as('ana'), { caption: 'text' })).rejects.toMatchObject({
      errors: [{ path: 'media', code: 'required' }],
    })
    await expect(posts.create(as('ana'), { media: ['a', 'b', 'a'] })).rejects.toMatchObject({
      errors: [{ code: 'repeated' }],
    })
    await expect(posts.create(as('ana'), { media: Array<string>(11).fill('a') })).rejects.toMatchObject({
      errors: [{ path: 'media', code: 'too-long' }],
    })
    await expect(
      posts.create(as('ana'), { media: ['nothing', { id: 'none', alt: 'x' }] }),
    ).rejects.toMatchObject({
      errors: [
        { path: 'media.0', code: 'unavailable' },
        { path: 'media.1', code: 'unavailable' },
      ],
    })
  })
})

describe('likes and saves', () => {
  test('are idempotent and counted exactly, and viewers see only their own', async () => {
    const { posts, likes, saves, as } = await society(['ana', 'ben', 'cem'])
    const { id } = await posts.create(as('ana'), { caption: 'hello' })
    expect(await likes.add(as('ben'), id)).toEqual({ liked: true, likes: 1 })
    expect(await likes.add(as('ben'), id)).toEqual({ liked: true, likes: 1 })
    expect(await likes.add(as('cem'), id)).toEqual({ liked: true, likes: 2 })
    expect(await saves.add(as('ben'), id)).toEqual({ saved: true })
    expect((await posts.get(as('ben'), id)).viewer).toEqual({ liked: true, saved: true })
    expect((await posts.get(as('ana'), id)).viewer).toEqual({ liked: false, saved: false })
    expect((await likes.list(null, id)).items.map((user) => user.username)).toEqual(['cem', 'ben'])
    expect((await saves.list(as('ben'))).items.map((post) => post.id)).toEqual([id])
    expect((await saves.list(as('cem'))).items).toEqual([])
    expect(await likes.remove(as('ben'), id)).toEqual({ liked: false, likes: 1 })
    expect(await likes.remove(as('ben'), id)).toEqual({ liked: false, likes: 1 })
    expect(await saves.remove(as('ben'), id)).toEqual({ saved: false })
    expect(await codeOf(likes.add(as('ben'), 'nothing'))).toBe('post-not-found')
  })

  test('pages of saved posts stay full even if posts in between were deleted', async () => {
    const { posts, saves, as } = await society(['ana', 'ben'])
    const ids: string[] = []
    for (let index = 0; index < 60; index++)
      ids.push((await posts.create(as('ana'), { caption: `${index}` })).id)
    for (const id of ids) await saves.add(as('ben'), id)
    const first = await saves.list(as('ben'), { limit: 10 })
    for (const [index, id] of ids.entries()) if (index % 2) await posts.remove(as('ana'), id)
    const second = await saves.list(as('ben'), { limit: 10, cursor: first.nextCursor ?? '' })
    expect(second.items.map((post) => post.caption)).toEqual([
      '48',
      '46',
      '44',
      '42',
      '40',
      '38',
      '36',
      '34',
      '32',
      '30',
    ])
  })
})

describe('feed', () => {
  test('has the own posts and those of followed accounts, correct immediately after each change', async () => {
    const { posts, follows, feed, accounts, as } = await society(['ana', 'ben', 'cem'])
    const captions = async () => (await feed.home(as('ana'))).items.map((post) => post.caption)
    expect(await captions()).toEqual([])
    await posts.create(as('ben'), { caption: 'b1' })
    await posts.create(as('ana'), { caption: 'a1' })
    await posts.create(as('cem'), { caption: 'c1' })
    expect(await captions()).toEqual(['a1'])
    await follows.add(as('ana'), 'ben')
    expect(await captions()).toEqual(['a1', 'b1'])
    const b2 = await posts.create(as('ben'), { caption: 'b2' })
    expect(await captions()).toEqual(['b2', 'a1', 'b1'])
    await follows.add(as('ana'), 'cem')
    expect(await captions()).toEqual(['b2', 'c1', 'a1', 'b1'])
    await posts.remove(as('ben'), b2.id)
    expect(await captions()).toEqual(['c1', 'a1', 'b1'])
    await follows.remove(as('ana'), 'ben')
    expect(await captions()).toEqual(['c1', 'a1'])
    await accounts.ban(as('cem').userId)
    expect(await captions()).toEqual(['a1'])
    await accounts.unban(as('cem').userId)
    expect(await captions()).toEqual(['c1', 'a1'])
    await accounts.delete(as('cem'), { password: 'correct horse' })
    expect(await captions()).toEqual(['a1'])
  })

  test('pages continue in the right place even if posts were added and removed', async () => {
    const { posts, feed, as } = await society(['ana'])
    for (let index = 0; index < 50; index++) await posts.create(as('ana'), { caption: `${index}` })
    const first = await feed.home(as('ana'))
    await posts.remove(as('ana'), first.items.at(-1)?.id ?? '')
    await posts.create(as('ana'), { caption: 'new' })
    const second = await feed.home(as('ana'), { cursor: first.nextCursor ?? '' })
    expect(second.items.map((post) => post.caption)).toEqual(
      Array.from({ length: 20 }, (_, index) => `${29 - index}`),
    )
  })
})

describe('a deleted or banned account', () => {
  test('disappears from lists and counts, and returns when the ban is lifted', async () => {
    const { posts, follows, likes, profiles, accounts, feed, settled, as } = await society([
      'ana',
      'ben',
      'cem',
    ])
    const { id } = await posts.create(as('ana'), { caption: 'hello' })
    const bens = await posts.create(as('ben'), { caption: 'from ben' })
    await follows.add(as('ben'), 'ana')
    await follows.add(as('ana'), 'ben')
    await follows.add(as('cem'), 'ana')
    await likes.add(as('ben'), id)
    await likes.add(as('cem'), id)
    const seen = async () => ({
      counts: (await profiles.get(null, 'ana')).counts,
      followers: (await follows.followers(null, 'ana')).items.map((user) => user.username),
      likes: (await posts.get(null, id)).counts.likes,
      likers: (await likes.list(null, id)).items.map((user) => user.username),
      feed: (await feed.home(as('ana'))).items.length,
    })
    const before = await seen()
    expect(before).toEqual({
      counts: { posts: 1, followers: 2, following: 1 },
      followers: ['cem', 'ben'],
      likes: 2,
      likers: ['cem', 'ben'],
      feed: 2,
    })
    const without = {
      counts: { posts: 1, followers: 1, following: 0 },
      followers: ['cem'],
      likes: 1,
      likers: ['cem'],
      feed: 1,
    }
    await accounts.ban(as('ben').userId)
    // Lists are right as soon as the row is marked; counts, when its edges are hidden.
    const { counts: _counts, likes: _likes, ...lists } = without
    expect(await seen()).toMatchObject(lists)
    await settled()
    expect(await seen()).toEqual(without)
    expect(await codeOf(profiles.get(as('ana'), 'ben'))).toBe('account-not-found')
    expect(await codeOf(posts.get(as('ana'), bens.id))).toBe('post-not-found')
    expect(await codeOf(likes.add(as('ana'), bens.id))).toBe('post-not-found')
    await accounts.unban(as('ben').userId)
    await settled()
    expect(await seen()).toEqual(before)
    await accounts.delete(as('ben'), { password: 'correct horse' })
    expect(await seen()).toMatchObject(lists)
    await settled()
    expect(await seen()).toEqual(without)
    expect(await codeOf(posts.get(as('ana'), bens.id))).toBe('post-not-found')
  })

  test('an interrupted deletion, ban or unban is finished by upkeep', async () => {
    const { posts, follows, profiles, upkeep, options, as } = await society(['ana', 'ben', 'cem'])
    const { users, edges } = options.storage
    await posts.create(as('ben'), { caption: 'from ben' })
    for (const name of ['ben', 'cem']) await follows.add(as(name), 'ana')
    const followers = async () => (await profiles.get(null, 'ana')).counts.followers

    await users.update(as('cem').userId, { bannedAt: new Date() })
    await upkeep.run()
    expect(await followers()).toBe(1)
    await users.update(as('cem').userId, { bannedAt: null })
    await upkeep.run()
    expect(await followers()).toBe(2)
    await edges.setHidden(as('cem').userId, true, 1)
    await upkeep.run()
    expect(await followers()).toBe(2)
    await users.markDeleted(as('ben').userId, new Date())
    expect(await upkeep.run()).toMatchObject({ accounts: 1 })
    expect(await followers()).toBe(1)
    expect(await edges.counts('follow', [as('ben').userId])).toEqual([{ out: 0, in: 0 }])
    expect((await upkeep.verifyCounts()).differences).toEqual([])
    await edges.setHidden(as('ben').userId, true, 1)
    await upkeep.run()
    expect(await edges.hiddenNodes({ limit: 10, before: null })).toEqual([])
  })

  test('after concurrent bans and unbans, the edges match the final state', async () => {
    const { follows, profiles, accounts, settled, as } = await society(['ana', 'ben'])
    await follows.add(as('ben'), 'ana')
    const { userId } = as('ben')
    const followers = async () => (await profiles.get(null, 'ana')).counts.followers
    await Promise.all([accounts.ban(userId), accounts.unban(userId), accounts.ban(userId)])
    await settled()
    expect(await followers()).toBe(0)
    await Promise.all([accounts.unban(userId), accounts.ban(userId), accounts.unban(userId)])
    await settled()
    expect(await followers()).toBe(1)
  })
})

/** The lines of an export. */
async function exportOf(accounts: Accounts, viewer: Viewer): Promise<{ type: string; id: string }[]> {
  const lines: { type: string; id: string }[] = []
  for await (const text of accounts.export(viewer))
    lines.push(JSON.parse(text) as { type: string; id: string })
  return lines
}

test('the export contains everything that an account owns', async () => {
  const { posts, follows, likes, saves, accounts, as } = await society(['ana', 'ben'])
  const mine = await posts.create(as('ana'), { caption: 'mine' })
  const other = await posts.create(as('ben'), { caption: 'other' })
  await follows.add(as('ana'), 'ben')
  await follows.add(as('ben'), 'ana')
  await likes.add(as('ana'), other.id)
  await saves.add(as('ana'), other.id)
  const lines = await exportOf(accounts, as('ana'))
  expect(lines.map(({ type, id }) => [type, id])).toEqual([
    ['account', as('ana').userId],
    ['session', as('ana').sessionId],
    ['post', mine.id],
    ['like', other.id],
    ['save', other.id],
    ['following', as('ben').userId],
    ['follower', as('ben').userId],
  ])
  expect(JSON.stringify(lines)).not.toMatch(/argon2|passwordHash/)
})

test('the export lists unused uploads, and the others where they are used', async () => {
  const blobs = createMemoryBlobs()
  const { posts, uploads, accounts, options, as } = await society(['ana', 'ben'], {
    media: { blobs, images: copyingImages },
  })
  const add = async (name: string) => await uploads.add(as(name), picture())
  const [first, avatar, inPost, second] = [
    await add('ana'),
    await add('ana'),
    await add('ana'),
    await add('ana'),
  ]
  await add('ben')
  await uploads.use(as('ana'), avatar.id, 'avatar')
  await posts.create(as('ana'), { media: [inPost.id] })
  const [record] = await options.storage.media.byIds([first.id])
  if (record)
    await options.storage.media.reserve({ ...record, id: `${first.id}-on-its-way`, state: 'reserved' })

  const lines = await exportOf(accounts, as('ana'))
  const lineOf = (upload: Upload) => ({ type: 'upload', ...upload })
  expect(lines.filter(({ type }) => type === 'upload')).toEqual([lineOf(second), lineOf(first)])
  const others = JSON.stringify(lines.filter(({ type }) => type !== 'upload'))
  for (const { url } of [avatar, inPost]) expect(others).toContain(url)
})
