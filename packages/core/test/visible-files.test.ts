import { createKith, type Kith, type Viewer } from '@kith/core'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { expect, test, vi } from 'vitest'
import { copyingImages, picture } from './copying-images.ts'
import { counting, createInstance } from './instance.ts'

async function open() {
  const storage = createMemoryStorage()
  const [media, users] = [counting(storage.media), counting(storage.users)]
  const watched = { ...storage, media: media.port, users: users.port }
  const { kith, options, advance } = createInstance({
    storage: watched,
    media: { blobs: createMemoryBlobs(), images: copyingImages },
  })
  const { user, session } = await kith.accounts.register({ username: 'ana', password: 'correct horse' })
  const viewer: Viewer = { userId: user.id, sessionId: session.id }
  const { id } = await kith.uploads.add(viewer, picture())
  const queries = (): number => media.calls.length + users.calls.length
  return { kith, other: createKith(options), viewer, id, queries, options, advance }
}

const seen = async (kith: Kith, id: string): Promise<string | null> =>
  (await kith.uploads.servedFile(id))?.kind ?? null

test('files are served until their account is banned or deleted, or they are released', async () => {
  const { kith, viewer, id } = await open()
  expect(await seen(kith, id)).toBe('image')
  await kith.accounts.ban(viewer.userId)
  expect(await seen(kith, id)).toBeNull()
  await kith.accounts.unban(viewer.userId)
  expect(await seen(kith, id)).toBe('image')
  const post = await kith.posts.create(viewer, { media: [id] })
  expect(await seen(kith, id)).toBe('image')
  await kith.posts.remove(viewer, post.id)
  expect(await seen(kith, id)).toBeNull()
  const avatar = await kith.uploads.add(viewer, picture())
  await kith.uploads.use(viewer, avatar.id, 'avatar')
  expect(await seen(kith, avatar.id)).toBe('image')
  await kith.uploads.clear(viewer, 'avatar')
  expect(await seen(kith, avatar.id)).toBeNull()
  const last = await kith.uploads.add(viewer, picture())
  expect(await seen(kith, last.id)).toBe('image')
  await kith.accounts.delete(viewer, { password: 'correct horse' })
  expect(await seen(kith, last.id)).toBeNull()
})

test('files are served again as soon as the ban of their account has ended', async () => {
  const { kith, viewer, id, advance } = await open()
  await kith.accounts.ban(viewer.userId, { until: new Date('2026-01-01T01:00:00Z') })
  advance(3_600)
  expect(await seen(kith, id)).toBeNull()
  await kith.sessions.login({ login: 'ana', password: 'correct horse' })
  expect(await seen(kith, id)).toBe('image')
})

test('a reserved file is not served yet', async () => {
  const { kith, viewer, options } = await open()
  const { media } = options.storage
  const reserve = vi.spyOn(media, 'reserve')
  await kith.uploads.add(viewer, picture())
  const record = { ...reserve.mock.calls[0]?.[0], id: 'later' } as Parameters<typeof media.reserve>[0]
  await media.reserve(record)
  expect(await seen(kith, 'later')).toBeNull()
})

test('any number of requests for a file cause two lookups in five seconds, and for an unknown file one', async () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  try {
    const { kith, other, viewer, id, queries } = await open()
    const before = queries()
    await Promise.all(Array.from({ length: 50 }, () => seen(kith, id)))
    for (let index = 0; index < 50; index++) await seen(kith, id)
    expect(queries() - before).toBe(2)
    for (let index = 0; index < 50; index++) await seen(kith, 'made-up')
    expect(queries() - before).toBe(3)
    await other.accounts.ban(viewer.userId)
    vi.advanceTimersByTime(5_001)
    expect(await seen(kith, id)).toBeNull()
    await other.accounts.unban(viewer.userId)
    vi.advanceTimersByTime(5_001)
    expect(await seen(kith, id)).toBe('image')
  } finally {
    vi.useRealTimers()
  }
})

test('a failed lookup is not cached', async () => {
  const { id, options } = await open()
  let fails = true
  const { storage } = options
  const kith = createKith({
    ...options,
    storage: {
      ...storage,
      users: {
        ...storage.users,
        byId: (userId) => (fails ? Promise.reject(new Error('away')) : storage.users.byId(userId)),
      },
    },
  })
  await expect(seen(kith, id)).rejects.toThrow('away')
  fails = false
  expect(await seen(kith, id)).toBe('image')
})

test('an invalid name is not looked up, however long it is', async () => {
  const { kith, queries } = await open()
  const before = queries()
  for (const text of ['', '../x', 'x'.repeat(101), 'y'.repeat(100_000), 'a b', 'a\0'])
    expect(await seen(kith, text)).toBeNull()
  expect(queries()).toBe(before)
})
