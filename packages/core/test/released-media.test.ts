import { setTimeout as wait } from 'node:timers/promises'
import { createKith, type Kith, type Viewer } from '@kith/core'
import type { BlobStore } from '@kith/core/ports'
import { createMemoryBlobs } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { copyingImages, picture } from './copying-images.ts'
import { createInstance, type Instance } from './instance.ts'

/** Blobs whose removals are recorded, and go through `around`. */
function watched(around: (key: string) => Promise<void> = async () => {}) {
  const memory = createMemoryBlobs()
  const asked: string[] = []
  const kept = new Set<string>()
  let [running, most] = [0, 0]
  const blobs: BlobStore = {
    ...memory,
    async put(key, bytes, meta) {
      await memory.put(key, bytes, meta)
      kept.add(key)
    },
    async remove(key) {
      asked.push(key)
      most = Math.max(most, ++running)
      try {
        await around(key)
        kept.delete(key)
      } finally {
        running--
      }
    },
  }
  return { blobs, asked, kept, most: () => most }
}

function open(blobs: BlobStore): Instance {
  return createInstance({ media: { blobs, images: copyingImages }, limits: { uploadByAccount: [] } })
}

async function signIn(kith: Kith, username: string): Promise<Viewer> {
  const { user, session } = await kith.accounts.register({ username, password: 'correct horse' })
  return { userId: user.id, sessionId: session.id }
}

async function upload(kith: Kith, viewer: Viewer, count: number): Promise<string[]> {
  const ids: string[] = []
  for (let index = 0; index < count; index++) ids.push((await kith.uploads.add(viewer, picture())).id)
  return ids
}

const removals: [name: string, prepare: (kith: Kith, viewer: Viewer) => Promise<() => Promise<unknown>>][] = [
  [
    'sets another avatar',
    async ({ uploads }, viewer) => {
      await uploads.use(viewer, (await uploads.add(viewer, picture())).id, 'avatar')
      const { id } = await uploads.add(viewer, picture())
      return () => uploads.use(viewer, id, 'avatar')
    },
  ],
  [
    'clears the cover',
    async ({ uploads }, viewer) => {
      await uploads.use(viewer, (await uploads.add(viewer, picture())).id, 'cover')
      return () => uploads.clear(viewer, 'cover')
    },
  ],
  [
    'deletes a post',
    async ({ uploads, posts }, viewer) => {
      const post = await posts.create(viewer, { media: [(await uploads.add(viewer, picture())).id] })
      return () => posts.remove(viewer, post.id)
    },
  ],
  [
    'deletes the account',
    async ({ uploads, accounts }, viewer) => {
      await uploads.use(viewer, (await uploads.add(viewer, picture())).id, 'avatar')
      return () => accounts.delete(viewer, { password: 'correct horse' })
    },
  ],
]

test.each(removals)(
  "a call that %s removes the media it releases, and no one else's",
  async (_name, prepare) => {
    const { blobs, asked, kept } = watched()
    const { kith, advance, options } = open(blobs)
    const [ben, ana] = [await signIn(kith, 'ben'), await signIn(kith, 'ana')]
    // Two kinds of backlog: unused uploads, and a removal that a crash interrupted.
    const stale = await upload(kith, ben, 20)
    const [cut = ''] = await upload(kith, ben, 1)
    const post = await kith.posts.create(ben, { media: [cut] })
    advance(86_401)
    await options.storage.posts.remove(post.id)
    const act = await prepare(kith, ana)
    const own = [...kept].filter((id) => !stale.includes(id) && id !== cut)
    await act()
    expect(asked).toHaveLength(1)
    expect(own).toContain(asked[0])
    expect(await kith.upkeep.run()).toMatchObject({ posts: 1, media: 21 })
  },
)

test('a request waits one second for a hanging host, and upkeep removes the rest', async () => {
  let hangs = true
  const { blobs, kept } = watched(() => (hangs ? new Promise(() => {}) : Promise.resolve()))
  const { kith } = open(blobs)
  const ana = await signIn(kith, 'ana')
  const post = await kith.posts.create(ana, { media: await upload(kith, ana, 3) })
  // Without this limit the test itself would hang here.
  await kith.posts.remove(ana, post.id)
  hangs = false
  expect(await kith.upkeep.run()).toMatchObject({ media: 3 })
  expect(kept).toEqual(new Set())
})

test('requests start only a few removals at the same time, however slow the host is', async () => {
  const { blobs, most } = watched(() => wait(50))
  const { kith } = open(blobs)
  const people = await Promise.all(Array.from({ length: 8 }, (_, index) => signIn(kith, `user${index}`)))
  const posts = await Promise.all(
    people.map(async (viewer) => ({
      viewer,
      post: await kith.posts.create(viewer, { media: await upload(kith, viewer, 10) }),
    })),
  )
  await Promise.all(posts.map(({ viewer, post }) => kith.posts.remove(viewer, post.id)))
  expect(most()).toBeLessThanOrEqual(50)
  expect(most()).toBeGreaterThan(10)
})

test('of concurrent sweeps one does the work, and each blob is removed once', async () => {
  const { blobs, asked } = watched(() => wait(1))
  const { kith, advance } = open(blobs)
  const ids = await upload(kith, await signIn(kith, 'ana'), 30)
  advance(86_401)
  const reports = await Promise.all(Array.from({ length: 10 }, () => kith.upkeep.run()))
  expect(asked.sort()).toEqual(ids.sort())
  expect(reports.map(({ media }) => media).sort((a, b) => b - a)).toEqual([30, ...Array<number>(9).fill(0)])
})

test('600 blobs that cannot be removed do not block others, and are tried once per run', async () => {
  const stuck = new Set<string>()
  const { blobs, asked } = watched(async (key) => {
    if (stuck.has(key)) throw new Error('no')
  })
  const { kith, advance, logged } = open(blobs)
  const ana = await signIn(kith, 'ana')
  for (const id of await upload(kith, ana, 600)) stuck.add(id)
  const others = await upload(kith, ana, 600)
  advance(86_401)
  expect(await kith.upkeep.run()).toMatchObject({ media: 600, failed: ['media'] })
  expect(new Set(asked)).toEqual(new Set([...stuck, ...others]))
  expect(asked).toHaveLength(1200)
  expect(logged).toMatchObject([
    [expect.any(String), { event: 'media.not-removed', blobs: 600, error: { message: 'no' } }],
    [expect.any(String), { event: 'upkeep.step-failed', step: 'media', error: { message: 'no' } }],
  ])
  stuck.clear()
  expect(await kith.upkeep.run()).toMatchObject({ media: 600, failed: [] })
})

test('a store that ignores its cursor does not make a sweep endless', async () => {
  const { blobs } = watched(() => Promise.reject(new Error('no')))
  const { kith, advance, options } = open(blobs)
  await upload(kith, await signIn(kith, 'ana'), 501)
  const { storage } = options
  const { media } = storage
  const deaf = createKith({
    ...options,
    storage: { ...storage, media: { ...media, sweep: (before, limit) => media.sweep(before, limit) } },
  })
  advance(86_401)
  expect(await deaf.upkeep.run()).toMatchObject({ media: 0 })
})

test('a post with many likes disappears before they are cleaned up, after the call', async () => {
  const { blobs } = watched()
  const { kith, options } = open(blobs)
  const { storage } = options
  const ana = await signIn(kith, 'ana')
  const post = await kith.posts.create(ana, { media: await upload(kith, ana, 1) })
  let likes = 120
  const liked = createKith({
    ...options,
    storage: {
      ...storage,
      edges: {
        ...storage.edges,
        drop: async (node, limit) =>
          node === post.id && likes > 0 ? likes-- : await storage.edges.drop(node, limit),
      },
    },
  })
  await liked.posts.remove(ana, post.id)
  expect(likes).toBe(120)
  await expect(kith.posts.get(ana, post.id)).rejects.toMatchObject({ code: 'post-not-found' })
  await liked.settled()
  expect(likes).toBe(0)
  expect(await liked.upkeep.run()).toMatchObject({ posts: 0 })
})
