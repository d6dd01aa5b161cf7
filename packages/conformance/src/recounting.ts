import assert from 'node:assert/strict'
import type { CountDifference, EdgeStore, PostStore, RecountResult, Storage } from '@kith/core/ports'
import type { Case } from './case.ts'
import { assertAgreement } from './edge-store/agreement.ts'
import { peopled } from './peopled.ts'
import { race } from './race.ts'
import { nextId, sampleEdge, samplePost } from './records.ts'

/** A storage whose counts can be made wrong past its port, as a mistake of a program or a restored table would. */
export interface Miscounting {
  storage: Storage
  /** The same data, as another process has it, or the same storage where there is no other. */
  other: Storage
  /** Makes the stored number of followers of a node, or of posts of an author, wrong by one. */
  spoil(kind: CountDifference['kind'], node: string): Promise<void>
}

/** So many have to be counted, and so many may be added meanwhile by each of those who go on writing. */
const [size, most, writers] = [120, 2_000, 2]

/** What `recount` promises of counts that are wrong. */
export const recountCases: readonly Case<Miscounting>[] = [
  {
    id: 'recount/set-right',
    title: 'a wrong count is reported with what it was, and set right; again nothing is reported',
    async run(port) {
      const { storage, spoil } = amongPeople(port)
      const [edge, post] = [sampleEdge(), samplePost()]
      await storage.edges.add(edge)
      await storage.posts.create(post, [])
      await spoil('follow', edge.to)
      await spoil('post', post.authorId)
      const found = [...(await recountAll(storage.edges)), ...(await recountAll(storage.posts))]
      assert.deepEqual(
        found.map(({ kind, node, counted }) => [kind, node, counted]),
        [
          ['follow', edge.to, { out: 0, in: 1 }],
          ['post', post.authorId, { out: 1, in: 0 }],
        ],
      )
      for (const { stored, counted } of found)
        assert.equal(Math.abs(stored.out - counted.out) + Math.abs(stored.in - counted.in), 1)
      await assertAgreement(storage.edges, [edge.from, edge.to])
      assert.deepEqual(await storage.posts.counts([post.authorId]), [1])
      assert.deepEqual([await recountAll(storage.edges), await recountAll(storage.posts)], [[], []])
    },
  },
  {
    id: 'recount/follow-while-followed',
    title: 'the wrong count of a node that is followed all the time is set right, and nobody is refused',
    async run(port) {
      const { storage, other, spoil } = amongPeople(port)
      const to = nextId()
      await race(size, () => storage.edges.add(sampleEdge({ to })))
      await spoil('follow', to)
      const differences = await whileOthers(
        () => other.edges.add(sampleEdge({ to })),
        () => recountAll(storage.edges),
      )
      assert.deepEqual(
        differences.map(({ kind, node }) => [kind, node]),
        [['follow', to]],
      )
      await assertCounted(storage.edges, to)
    },
  },
  {
    id: 'recount/author-while-posting',
    title: 'the wrong count of an author who writes all the time is set right, and no post is refused',
    async run(port) {
      const { storage, other, spoil } = amongPeople(port)
      const authorId = nextId()
      await race(size, () => storage.posts.create(samplePost({ authorId }), []))
      await spoil('post', authorId)
      const differences = await whileOthers(
        () => other.posts.create(samplePost({ authorId }), []),
        () => recountAll(storage.posts),
      )
      assert.deepEqual(
        differences.map(({ kind, node }) => [kind, node]),
        [['post', authorId]],
      )
      const { length } = await storage.posts.byAuthor(authorId, { limit: 99_999, before: null })
      assert.deepEqual(await storage.posts.counts([authorId]), [length])
    },
  },
]

/** Everyone who follows or writes is alive. */
function amongPeople({ storage, other, spoil }: Miscounting): Miscounting {
  return { storage: peopled(storage), other: peopled(other), spoil }
}

async function recountAll({ recount }: Pick<EdgeStore | PostStore, 'recount'>): Promise<CountDifference[]> {
  const differences: CountDifference[] = []
  let after: string | null = null
  do {
    const result: RecountResult = await recount(after, 50)
    differences.push(...result.differences)
    after = result.next
  } while (after !== null)
  return differences
}

/** Does one thing while others write without a pause, each in a lane of its own. */
async function whileOthers<Result>(
  write: () => Promise<unknown>,
  work: () => Promise<Result>,
): Promise<Result> {
  let isOver = false
  const lanes = race(writers, async () => {
    for (let written = 0; written < most && !isOver; written++) await write()
  })
  try {
    return await work()
  } finally {
    isOver = true
    await lanes
  }
}

async function assertCounted(edges: EdgeStore, node: string): Promise<void> {
  const listed = await edges.list({ kind: 'follow', side: 'in', node }, { limit: 99_999, before: null })
  assert.deepEqual(await edges.counts('follow', [node]), [{ out: 0, in: listed.length }])
}
