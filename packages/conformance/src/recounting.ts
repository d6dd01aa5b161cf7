import assert from 'node:assert/strict'
import type { CountDifference, EdgeStore, PostStore, RecountResult, Storage } from '@kith/core/ports'
import type { Case } from './case.ts'
import { assertAgreement } from './edge-store/agreement.ts'
import { peopled } from './peopled.ts'
import { race } from './race.ts'
import { nextId, sampleEdge, samplePost } from './records.ts'

/** A storage whose counts can be corrupted past its port, as a bug or a restored table would. */
export interface Miscounting {
  storage: Storage
  /** The same data, as seen by another process, or the same storage if there is no other. */
  other: Storage
  /** Makes the stored number of followers of a node, or of posts of an author, wrong by one. */
  spoil(kind: CountDifference['kind'], node: string): Promise<void>
}

/** How many have to be counted, and how many each concurrent writer may add meanwhile. */
const [size, most, writers] = [120, 2_000, 2]

/** What `recount` promises about wrong counts. */
export const recountCases: readonly Case<Miscounting>[] = [
  {
    id: 'recount/set-right',
    title: 'a wrong count is reported with its old value, and corrected; a second recount reports nothing',
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
    title: 'the wrong count of a node that is constantly followed is corrected, and no follow is refused',
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
    title: 'the wrong count of an author who constantly posts is corrected, and no post is refused',
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

/** Creates everyone who follows or posts. */
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

/** Does one thing while others write continuously, each in a separate lane. */
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
