import type { Kith, Page, Viewer } from '@kith/core'
import type { Storage } from '@kith/core/ports'
import { createMemoryBlobs, createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { copyingImages, picture } from './copying-images.ts'
import { counting, createInstance } from './instance.ts'

const most = 30

/** Every account has a picture and a post with one, and follows, likes and saves everything of the others. */
async function village() {
  const storage = createMemoryStorage()
  const ports = Object.entries(storage).map(([name, member]) => {
    if (typeof member === 'function') return { name, port: member as unknown, calls: [] }
    return { name, ...counting(member as object) }
  })
  const noted = Object.fromEntries(ports.map(({ name, port }) => [name, port])) as unknown as Storage
  const { kith } = createInstance({
    storage: noted,
    limits: { postByAccount: [], uploadByAccount: [], registerByAddress: [] },
    media: { blobs: createMemoryBlobs(), images: copyingImages },
  })
  const people: Viewer[] = []
  for (let index = 0; index < most; index++) {
    const input = { username: `person_${index}`, password: 'correct horse' }
    const { user, session } = await kith.accounts.register(input)
    const viewer = { userId: user.id, sessionId: session.id }
    people.push(viewer)
    await kith.uploads.use(viewer, (await kith.uploads.add(viewer, picture())).id, 'avatar')
    const post = await kith.posts.create(viewer, { media: [(await kith.uploads.add(viewer, picture())).id] })
    for (const [earlier, other] of people.slice(0, -1).entries()) {
      await kith.likes.add(other, post.id)
      await kith.saves.add(other, post.id)
      await kith.follows.add(other, input.username)
      await kith.follows.add(viewer, `person_${earlier}`)
    }
  }
  return {
    kith,
    viewer: people[0] as Viewer,
    /** The storage calls of an operation, sorted by name. */
    async callsOf(work: () => Promise<unknown>): Promise<string[]> {
      for (const { calls } of ports) calls.length = 0
      await work()
      return ports.flatMap(({ name, calls }) => calls.map((verb) => `${name}.${verb}`)).sort()
    },
  }
}

type Read = (kith: Kith, viewer: Viewer, limit: number) => Promise<Page<unknown>>
const { kith, viewer, callsOf } = await village()
const [lastPost] = (await kith.feed.home(viewer, { limit: 1 })).items
const postId = lastPost?.id ?? ''

test.each<[string, Read]>([
  ['the feed', (kith, viewer, limit) => kith.feed.home(viewer, { limit })],
  ['saved posts', (kith, viewer, limit) => kith.saves.list(viewer, { limit })],
  ['likes of a post', (kith, viewer, limit) => kith.likes.list(viewer, postId, { limit })],
  ['followers', (kith, viewer, limit) => kith.follows.followers(viewer, 'person_1', { limit })],
])('a page of %s needs the same few queries, whether it shows 2 or 25', async (_name, read) => {
  const [few, many] = [2, 25]
  expect((await read(kith, viewer, few)).items).toHaveLength(few)
  expect((await read(kith, viewer, many)).items).toHaveLength(many)
  const calls = await callsOf(() => read(kith, viewer, many))
  expect(calls).toEqual(await callsOf(() => read(kith, viewer, few)))
  expect(calls.length).toBeGreaterThan(3)
  expect(calls.length).toBeLessThanOrEqual(12)
})
