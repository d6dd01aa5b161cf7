import assert from 'node:assert/strict'
import type { CredentialRecord, Storage } from '@kith/core/ports'
import {
  inPost,
  later,
  nextId,
  placeOf,
  readyMedia,
  sampleCredential,
  sampleEdge,
  samplePost,
  sampleSession,
  sampleUser,
  untilDone,
} from '../../../test/kit-samples.ts'

/** A change of several documents, with its own records. */
interface Change {
  /** Makes the change, or repeats it. */
  act(storage: Storage): Promise<unknown>
  /** The result of the first call. */
  answer: unknown
  /** Asserts that it was made, and once. */
  check(storage: Storage): Promise<void>
}

type Prepare = (storage: Storage) => Promise<Change>

/** Every change of several documents in the stores, by name. Each call prepares one. */
export const changes: Readonly<Record<string, Prepare>> = {
  async 'add an edge'(storage) {
    const edge = sampleEdge()
    await born(storage, edge.from, edge.to)
    return {
      // With a new id each time, as core uses.
      act: ({ edges }) => edges.add({ ...edge, id: nextId() }),
      answer: { outcome: 'added', count: 1 },
      check: (storage) => demandCounts(storage, edge, 1),
    }
  },
  async 'like a post'(storage) {
    const post = samplePost()
    const edge = sampleEdge({ kind: 'like', to: post.id })
    await born(storage, edge.from, post.authorId)
    await storage.posts.create(post, [])
    return {
      act: ({ edges }) => edges.add({ ...edge, id: nextId() }),
      answer: { outcome: 'added', count: 1 },
      async check({ edges }) {
        assert.deepEqual(await edges.counts('like', [edge.from, edge.to]), [
          { out: 1, in: 0 },
          { out: 0, in: 1 },
        ])
      },
    }
  },
  async 'add an edge at a hidden node'(storage) {
    const edge = sampleEdge()
    await born(storage, edge.from, edge.to)
    await storage.edges.setHidden(edge.to, true, 10)
    return {
      act: ({ edges }) => edges.add(edge),
      answer: { outcome: 'added', count: 0 },
      async check(after) {
        await demandCounts(after, edge, 0)
        await untilDone(10, (limit) => after.edges.setHidden(edge.to, false, limit))
        await demandCounts(after, edge, 1)
      },
    }
  },
  async 'remove an edge'(storage) {
    const [edge, other] = [sampleEdge(), sampleEdge()]
    await born(storage, edge.from, edge.to, other.from)
    for (const each of [edge, { ...other, to: edge.to }]) await storage.edges.add(each)
    return {
      act: ({ edges }) => edges.remove(edge),
      answer: { removed: true, count: 1 },
      async check({ edges }) {
        assert.deepEqual(await edges.counts('follow', [edge.from, edge.to]), [
          { out: 0, in: 0 },
          { out: 0, in: 1 },
        ])
      },
    }
  },
  async 'hide a node'(storage) {
    const { node, others } = await hub(storage)
    return {
      act: ({ edges }) => untilDone(2, (limit) => edges.setHidden(node, true, limit)),
      answer: 2,
      check: (after) => demandSeen(after, { node, others }, 0),
    }
  },
  async 'show a node'(storage) {
    const { node, others } = await hub(storage)
    await untilDone(10, (limit) => storage.edges.setHidden(node, true, limit))
    return {
      act: ({ edges }) => untilDone(2, (limit) => edges.setHidden(node, false, limit)),
      answer: 2,
      check: (after) => demandSeen(after, { node, others }, 1),
    }
  },
  async 'drop a node'(storage) {
    const { node, others } = await hub(storage)
    return {
      act: ({ edges }) => untilDone(2, (limit) => edges.drop(node, limit)),
      answer: 2,
      check: (after) => demandSeen(after, { node, others }, 0),
    }
  },
  async 'create a post with two uploads'(storage) {
    const post = samplePost()
    await born(storage, post.authorId)
    const uploads = [
      await readyMedia(storage, { ownerId: post.authorId }),
      await readyMedia(storage, { ownerId: post.authorId }),
    ]
    const media = uploads.map(({ id }) => ({ id, alt: '' }))
    return {
      act: ({ posts }) => posts.create({ ...post, id: nextId() }, media),
      answer: { outcome: 'created' },
      async check({ posts, media: store }) {
        const found = await posts.byAuthor(post.authorId, { limit: 9, before: null })
        const [created] = found
        assert.deepEqual([found.length, await posts.counts([post.authorId])], [1, [1]])
        for (const [position, { id }] of uploads.entries()) {
          const place = ['ready', inPost(created?.id ?? '', position)]
          assert.deepEqual(await placeOf({ media: store }, id), place)
        }
      },
    }
  },
  async 'create a post of words'(storage) {
    const post = samplePost()
    await born(storage, post.authorId)
    return {
      act: ({ posts }) => posts.create(post, []),
      answer: { outcome: 'created' },
      async check({ posts }) {
        assert.deepEqual(await posts.byIds([post.id]), [post])
        assert.deepEqual(await posts.counts([post.authorId]), [1])
      },
    }
  },
  async 'remove a post'(storage) {
    const { post, upload } = await picture(storage)
    return {
      act: ({ posts }) => posts.remove(post.id),
      answer: true,
      async check({ posts, media }) {
        assert.deepEqual(await posts.byIds([post.id]), [])
        assert.deepEqual(await posts.counts([post.authorId]), [0])
        await posts.purge(post.id)
        assert.deepEqual(await placeOf({ media }, upload.id), ['released', null])
      },
    }
  },
  async 'remove all posts'(storage) {
    const { post } = await picture(storage)
    await storage.posts.create(samplePost({ authorId: post.authorId }), [])
    return {
      act: ({ posts }) => untilDone(5, async (limit) => (await posts.removeAll(post.authorId, limit)).length),
      answer: 2,
      async check({ posts }) {
        assert.deepEqual(await posts.byAuthor(post.authorId, { limit: 9, before: null }), [])
        assert.deepEqual(await posts.counts([post.authorId]), [0])
      },
    }
  },
  async 'replace an avatar'(storage) {
    const first = await readyMedia(storage)
    const { ownerId } = first
    await born(storage, ownerId)
    const second = await readyMedia(storage, { ownerId })
    await storage.media.attach(first.id, ownerId, 'avatar')
    return {
      act: ({ media }) => media.attach(second.id, ownerId, 'avatar'),
      answer: { outcome: 'attached', released: [first.id] },
      async check({ media }) {
        const avatars = await media.bySubjects('avatar', [ownerId])
        assert.deepEqual(
          avatars.map(({ id }) => id),
          [second.id],
        )
        assert.deepEqual(await placeOf({ media }, first.id), ['released', null])
      },
    }
  },
  async 'add a credential'(storage) {
    const credential = sampleCredential()
    await born(storage, credential.userId)
    return {
      act: ({ credentials }) => credentials.add(credential, 1),
      answer: 'added',
      check: (after) => demandCredentials(after, credential, [credential]),
    }
  },
  async 'remove a credential'(storage) {
    const { kept, removed } = await passkeys(storage)
    return {
      act: ({ credentials }) => credentials.remove(removed, { kinds: [], addresses: [] }),
      answer: 'removed',
      check: (after) => demandCredentials(after, kept, [kept]),
    }
  },
  async 'delete an account with credentials'(storage) {
    const { kept } = await passkeys(storage)
    return {
      act: ({ users }) => users.markDeleted(kept.userId, later()),
      answer: { endedEpoch: sampleUser().sessionEpoch },
      check: (after) => demandCredentials(after, kept, []),
    }
  },
  async 'end all sessions'({ sessions }) {
    const [first, second] = [sampleSession(), sampleSession()]
    const { userId } = first
    for (const session of [first, { ...second, userId }]) await sessions.open(session, 1_000)
    return {
      act: (storage) => storage.sessions.revokeAll(userId, later(1000), first.id),
      answer: [second.id],
      async check(storage) {
        const found = await Promise.all([first, second].map(({ id }) => storage.sessions.byId(id)))
        assert.deepEqual(
          found.map((session) => session?.revokedAt),
          [null, later(1000)],
        )
      },
    }
  },
}

async function born({ users }: Storage, ...ids: string[]): Promise<void> {
  for (const id of ids) await users.create(sampleUser({ id }))
}

async function demandCounts(
  { edges }: Storage,
  { from, to }: { from: string; to: string },
  count: number,
): Promise<void> {
  assert.deepEqual(await edges.counts('follow', [from, to]), [
    { out: count, in: 0 },
    { out: 0, in: count },
  ])
  const listed = await edges.list({ kind: 'follow', side: 'in', node: to }, { limit: 9, before: null })
  assert.equal(listed.length, count)
}

interface Hub {
  node: string
  others: string[]
}

/** A node that another one follows and that follows it. */
async function hub(storage: Storage): Promise<Hub> {
  const node = nextId()
  const others = [nextId()]
  await born(storage, node, ...others)
  const { edges } = storage
  for (const other of others) {
    await edges.add(sampleEdge({ from: other, to: node }))
    await edges.add(sampleEdge({ from: node, to: other }))
  }
  return { node, others }
}

/** Asserts that this many edges are visible in each direction between a node and each of the others. */
async function demandSeen({ edges }: Storage, { node, others }: Hub, count: number): Promise<void> {
  const [counts, ...far] = await edges.counts('follow', [node, ...others])
  assert.deepEqual(counts, { out: count * others.length, in: count * others.length })
  for (const each of far) assert.deepEqual(each, { out: count, in: count })
}

/** Two passkeys of an account. */
async function passkeys(storage: Storage): Promise<Record<'kept' | 'removed', CredentialRecord>> {
  const kept = sampleCredential()
  const removed = sampleCredential({ userId: kept.userId })
  await born(storage, kept.userId)
  for (const each of [kept, removed]) await storage.credentials.add(each, 2)
  return { kept, removed }
}

type Owned = Pick<CredentialRecord, 'userId'>

async function demandCredentials({ credentials }: Storage, { userId }: Owned, all: Owned[]): Promise<void> {
  assert.deepEqual(await credentials.byUser(userId), all)
}

/** A post with an upload. */
async function picture(storage: Storage): Promise<{
  post: ReturnType<typeof samplePost>
  upload: Awaited<ReturnType<typeof readyMedia>>
}> {
  const upload = await readyMedia(storage)
  const post = samplePost({ authorId: upload.ownerId })
  await born(storage, post.authorId)
  await storage.posts.create(post, [{ id: upload.id, alt: '' }])
  return { post, upload }
}
