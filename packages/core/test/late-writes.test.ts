import { createKith, type Kith, type Viewer } from '@kith/core'
import { edgeKinds, type Storage } from '@kith/core/ports'
import { createMemoryBlobs } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { copyingImages, picture } from './copying-images.ts'
import { codeOf, createInstance } from './instance.ts'

// The target of a write can be deleted and cleaned up before the write arrives: then the write is refused and leaves nothing.

const password = 'correct horse'
const everything = { limit: 9, before: null }

/** A storage in which everything is deleted and cleaned up right before one verb. */
function clearedBefore(storage: Storage, verb: string, clear: () => Promise<void>): Storage {
  const portOf = (port: object): object =>
    new Proxy(port, {
      get:
        (target, name) =>
        async (...values: unknown[]) => {
          if (name === verb) await clear()
          const call = Reflect.get(target, name) as (...values: unknown[]) => Promise<unknown>
          return await call(...values)
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

/** Everything that remains although its account or post is deleted. */
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

interface LateWrite {
  /** The verb that writes. */
  verb: string
  act(kith: Kith, scene: Scene): Promise<unknown>
}

const writes = {
  like: { verb: 'add', act: (kith, { ben, post }) => kith.likes.add(ben, post.id) },
  save: { verb: 'add', act: (kith, { ben, post }) => kith.saves.add(ben, post.id) },
  follow: { verb: 'follow', act: (kith, { ben }) => kith.follows.add(ben, 'ana') },
  post: { verb: 'create', act: (kith, { ben }) => kith.posts.create(ben, { caption: 'late' }) },
  picture: {
    verb: 'create',
    async act(kith, { ben }) {
      const { id } = await kith.uploads.add(ben, picture())
      await kith.posts.create(ben, { media: [id] })
    },
  },
  avatar: {
    verb: 'attach',
    async act(kith, { ben }) {
      const { id } = await kith.uploads.add(ben, picture())
      await kith.uploads.use(ben, id, 'avatar')
    },
  },
  upload: { verb: 'reserve', act: (kith, { ben }) => kith.uploads.add(ben, picture()) },
} satisfies Record<string, LateWrite>

const purges = {
  'its post': ({ kith, ana, post }: Scene) => kith.posts.remove(ana, post.id),
  'the other account': ({ kith, ana }: Scene) => kith.accounts.delete(ana, { password }),
  'its account': ({ kith, ben }: Scene) => kith.accounts.delete(ben, { password }),
} as const

async function writeLate(name: keyof typeof writes, gone: keyof typeof purges) {
  const scene = await anaAndBen()
  const { kith, options } = scene
  const { verb, act } = writes[name]
  const storage = clearedBefore(options.storage, verb, async () => {
    await purges[gone](scene)
    await kith.settled()
  })
  return { ...scene, outcome: await codeOf(act(createKith({ ...options, storage }), scene)), scene }
}

test.each([
  ['like', 'its post', 'post-not-found'],
  ['like', 'the other account', 'post-not-found'],
  ['like', 'its account', 'session-revoked'],
  ['save', 'its post', 'post-not-found'],
  ['follow', 'the other account', 'account-not-found'],
  ['follow', 'its account', 'session-revoked'],
  ['post', 'its account', 'session-revoked'],
  ['picture', 'its account', 'session-revoked'],
  ['avatar', 'its account', 'session-revoked'],
] as const)(
  'a %s that arrives after %s was deleted and cleaned up is refused and leaves nothing',
  async (name, gone, code) => {
    const { kith, scene, outcome } = await writeLate(name, gone)
    expect(outcome).toBe(code)
    await kith.upkeep.run()
    expect(await orphansOf(scene)).toEqual(none)
    expect((await kith.upkeep.verifyCounts()).differences).toEqual([])
  },
)

test('an upload that arrives after its account was deleted cannot be used, and is removed after a day', async () => {
  const { kith, scene, outcome, advance } = await writeLate('upload', 'its account')
  expect(outcome).toBe('no error')
  await kith.upkeep.run()
  const { media } = await orphansOf(scene)
  expect(media).toMatchObject([{ state: 'ready', attachment: null }])
  expect(await codeOf(kith.uploads.use(scene.ben, media[0]?.id ?? '', 'avatar'))).toBe('session-revoked')
  advance(86_401)
  await kith.upkeep.run()
  expect(await orphansOf(scene)).toEqual(none)
})
