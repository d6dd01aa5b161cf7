import { createKith, type Kith, type Viewer } from '@kith/core'
import { edgeKinds, type Storage } from '@kith/core/ports'
import { createMemoryBlobs } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { copyingImages, picture } from './copying-images.ts'
import { createInstance } from './instance.ts'

// Whoever adds something writes first and looks then whether what it belongs to still lives. Here a process writes
// after all of that was purged, and dies before it looks.

const password = 'correct horse'
const everything = { limit: 9, before: null }

/** A write that comes late: `first` waits until something is purged, and the process dies when `last` is written. */
interface LateWrite {
  first: string
  last: string
  act(kith: Kith, scene: Scene): Promise<unknown>
}

/** The storage of that process. */
function dying(storage: Storage, { first, last }: LateWrite, purge: () => Promise<void>): Storage {
  let dead = false
  const portOf = (port: object): object =>
    new Proxy(port, {
      get:
        (target, name) =>
        async (...values: unknown[]) => {
          if (name === first) await purge()
          if (dead) throw new Error('died')
          const call = Reflect.get(target, name) as (...values: unknown[]) => Promise<unknown>
          const answer = await call(...values)
          dead = name === last
          return dead ? Promise.reject(new Error('died')) : answer
        },
    })
  return new Proxy(storage, { get: (target, name) => portOf(Reflect.get(target, name) as object) })
}

/** Ana with a post, and Ben. */
async function anaAndBen() {
  const blobs = createMemoryBlobs()
  const { kith, options, advance } = createInstance({
    posts: { textOnly: true },
    media: { blobs, images: copyingImages },
  })
  async function arrive(username: string): Promise<Viewer> {
    const { user, session } = await kith.accounts.register({ username, password })
    return { userId: user.id, sessionId: session.id }
  }
  const [ana, ben] = [await arrive('ana'), await arrive('ben')]
  return { kith, options, advance, blobs, ana, ben, post: await kith.posts.create(ana, { caption: 'hello' }) }
}
type Scene = Awaited<ReturnType<typeof anaAndBen>>

/** What is there although the account or the post that it belongs to is gone. */
async function orphansOf({ options: { storage }, blobs, ana, ben, post }: Scene) {
  const { users, posts, edges, media } = storage
  const nodes = [ana.userId, ben.userId, post.id]
  const live = [...(await users.byIds(nodes)), ...(await posts.byIds(nodes))].map(({ id }) => id)
  const gone = nodes.filter((node) => !live.includes(node))
  const owned = (await Promise.all(gone.map((id) => media.byOwner(id, everything)))).flat()
  const counts = await Promise.all(edgeKinds.map((kind) => edges.counts(kind, gone)))
  const lists = edgeKinds.flatMap((kind) =>
    gone.flatMap((node) =>
      (['out', 'in'] as const).map((side) => edges.list({ kind, side, node }, everything)),
    ),
  )
  return {
    edges: (await Promise.all(lists)).flat(),
    edgeCounts: counts.flat().filter((count) => count.in + count.out > 0),
    posts: (await Promise.all(gone.map((id) => posts.byAuthor(id, everything)))).flat(),
    postCounts: (await posts.counts(gone)).filter((count) => count > 0),
    media: owned,
    blobs: (await Promise.all(owned.map(({ id }) => blobs.read(id, null, () => null)))).filter(Boolean),
  }
}

const none = { edges: [], edgeCounts: [], posts: [], postCounts: [], media: [], blobs: [] }

const writes = {
  like: { first: 'add', last: 'add', act: (kith, { ben, post }) => kith.likes.add(ben, post.id) },
  save: { first: 'add', last: 'add', act: (kith, { ben, post }) => kith.saves.add(ben, post.id) },
  follow: { first: 'add', last: 'add', act: (kith, { ben }) => kith.follows.add(ben, 'ana') },
  post: {
    first: 'create',
    last: 'create',
    act: (kith, { ben }) => kith.posts.create(ben, { caption: 'late' }),
  },
  picture: {
    first: 'reserve',
    last: 'create',
    async act(kith, { ben }) {
      const { id } = await kith.uploads.add(ben, picture())
      await kith.posts.create(ben, { media: [id] })
    },
  },
  avatar: {
    first: 'reserve',
    last: 'attach',
    async act(kith, { ben }) {
      const { id } = await kith.uploads.add(ben, picture())
      await kith.uploads.use(ben, id, 'avatar')
    },
  },
} satisfies Record<string, LateWrite>

const purges = {
  'its post': ({ kith, ana, post }: Scene) => kith.posts.remove(ana, post.id),
  'the other account': ({ kith, ana }: Scene) => kith.accounts.delete(ana, { password }),
  'its account': ({ kith, ben }: Scene) => kith.accounts.delete(ben, { password }),
} as const

test.each([
  ['like', 'its post', { edges: 1 }],
  ['like', 'the other account', { edges: 1 }],
  ['like', 'its account', { edges: 1 }],
  ['save', 'its post', { edges: 1 }],
  ['follow', 'the other account', { edges: 1 }],
  ['follow', 'its account', { edges: 1 }],
  ['post', 'its account', { posts: 1 }],
  ['picture', 'its account', { posts: 1, media: 1, blobs: 1 }],
  ['avatar', 'its account', { media: 1, blobs: 1 }],
] as const)(
  'a %s written when %s was purged already stays for an hour and no longer',
  async (name, gone, left) => {
    const scene = await anaAndBen()
    const { kith, options, advance, blobs } = scene
    const write = writes[name]
    const storage = dying(options.storage, write, async () => {
      await purges[gone](scene)
      await kith.settled()
    })
    await expect(write.act(createKith({ ...options, storage }), scene)).rejects.toThrow('died')
    await kith.upkeep.run()
    advance(3599)
    await kith.upkeep.run()
    const orphans = await orphansOf(scene)
    expect(orphans, 'the first purge came too early').toMatchObject(
      Object.fromEntries(Object.entries(left).map(([what, length]) => [what, { length }])),
    )
    advance(1)
    expect(await kith.upkeep.run(), 'the second purge is not counted').toMatchObject({
      accounts: 0,
      sessions: 0,
    })
    expect(await orphansOf(scene)).toEqual(none)
    for (const { id } of orphans.media) expect(await blobs.read(id, null, () => null)).toBeNull()
    expect((await kith.upkeep.verifyCounts()).differences).toEqual([])
  },
)
