import { setImmediate as gap } from 'node:timers/promises'
import { RetryLaterError } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import type { CountDifference, EdgeStore, PostStore, Storage } from '@kith/core/ports'
import { type Miscounting, recountCases } from '../../src/index.ts'
import type { Subjects } from './run-mutants.ts'

interface Recounting {
  follows: Pick<EdgeStore, 'recount'>
  authors: Pick<PostStore, 'recount'>
  /** All else. */
  counts: Miscounting
}

/** What sets counts right. */
export const recounts: Subjects<Recounting> = {
  makeSound: () => createMiscounting({ writesFirst: true }),
  ports: { follows: [], authors: [] },
  cases: recountCases.map((each) => ({
    ...each,
    run({ follows, authors, counts: { storage, spoil } }) {
      const { edges, posts } = storage
      const wrong = { ...storage, edges: { ...edges, ...follows }, posts: { ...posts, ...authors } }
      return each.run({ storage: wrong, other: storage, spoil })
    },
  })),
  flaws: [
    {
      flaw: 'reads first, and begins again where somebody wrote meanwhile',
      fails: ['recount/follow-while-followed', 'recount/author-while-posting'],
      breaking: () => createMiscounting({ writesFirst: false }),
    },
  ],
}

/**
 * The memory reference with counts that can be spoiled, which takes its time to count them: a recount keeps others from
 * writing until it is done, or gives up where they wrote.
 */
function createMiscounting({ writesFirst }: { writesFirst: boolean }): Recounting {
  const memory = createMemoryStorage()
  const spoiled = new Map<CountDifference['kind'], Set<string>>()
  const wrongBy = (kind: CountDifference['kind'], node: string): number =>
    spoiled.get(kind)?.has(node) ? 1 : 0
  let changes = 0
  let counting: Promise<unknown> = Promise.resolve()

  /** Each write takes a while, as that of another process. */
  async function write<Answer>(work: () => Promise<Answer>): Promise<Answer> {
    if (writesFirst) await counting
    await gap()
    changes++
    return await work()
  }

  async function count(found: () => Promise<CountDifference[]>): Promise<CountDifference[]> {
    const before = changes
    for (let turn = 0; turn < 9; turn++) await gap()
    if (!writesFirst && changes !== before) throw new RetryLaterError('storage-busy', 1)
    return await found()
  }

  async function recount(kinds: readonly CountDifference['kind'][]) {
    const nodes = kinds.flatMap((kind) => [...(spoiled.get(kind) ?? [])].map((node) => ({ kind, node })))
    const counted = nodes.length === 0 ? Promise.resolve([]) : count(() => Promise.all(nodes.map(differ)))
    counting = counted.catch(() => {})
    const differences = await counted
    for (const kind of kinds) spoiled.delete(kind)
    return { checked: nodes.length, differences, next: null }
  }

  async function differ({ kind, node }: Pick<CountDifference, 'kind' | 'node'>): Promise<CountDifference> {
    const edges = kind === 'post' ? [] : await memory.edges.counts(kind, [node])
    const [posts = 0] = kind === 'post' ? await memory.posts.counts([node]) : []
    const counted = edges[0] ?? { out: posts, in: 0 }
    return { kind, node, stored: { ...counted, in: counted.in + 1 }, counted }
  }

  const storage: Storage = {
    ...memory,
    edges: {
      ...memory.edges,
      add: (edge) => write(() => memory.edges.add(edge)),
      counts: async (kind, nodes) =>
        (await memory.edges.counts(kind, nodes)).map((counts, index) => ({
          ...counts,
          in: counts.in + wrongBy(kind, nodes[index] ?? ''),
        })),
    },
    posts: {
      ...memory.posts,
      create: (post, media) => write(() => memory.posts.create(post, media)),
      counts: async (ids) =>
        (await memory.posts.counts(ids)).map((posts, index) => posts + wrongBy('post', ids[index] ?? '')),
    },
  }
  return {
    follows: { recount: () => recount(['follow', 'like', 'save']) },
    authors: { recount: () => recount(['post']) },
    counts: {
      storage,
      other: storage,
      spoil: async (kind, node) => void spoiled.set(kind, (spoiled.get(kind) ?? new Set()).add(node)),
    },
  }
}
