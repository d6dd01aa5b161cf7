import { setImmediate as gap } from 'node:timers/promises'
import { type AddEdgeResult, edgeEnds, type EdgeRecord } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import type { Broken } from '../../../test/flaws.ts'
import { peopled, type SocialStores } from '../src/peopled.ts'

const races = [
  'edges: when the edges of what is gone are dropped, no add that began before leaves one behind',
  'edges: when the edges of a deleted account are dropped, no add of its own that began before leaves one behind',
]

/** Whether the ends of an edge live now. */
async function endsLive({ users, posts }: SocialStores, { kind, from, to }: EdgeRecord): Promise<boolean> {
  const [post] = edgeEnds[kind].to === 'post' ? await posts.byIds([to]) : [{ authorId: to }]
  const found = await users.byIds([from, post?.authorId ?? ''])
  return found.filter(({ bannedAt }) => bannedAt === null).length === 2
}

/** Flaws in what `add` and `remove` make of the ends of an edge. */
export const edgeEndFlaws: readonly Broken<SocialStores>[] = [
  {
    flaw: 'asks nobody whether the ends of an edge live',
    breaking: () => ({ edges: peopled(createMemoryStorage()).edges }),
    fails: [
      'edges: add says which end never was, the later one first, and adds nothing',
      'edges: add is refused at an account that is deleted or banned, purged or not, and at its posts',
      'edges: add is refused at a post that is removed, purged or not',
      'edges: an edge that is there stays until it is dropped or removed, although add finds an end gone',
      ...races,
    ],
  },
  {
    flaw: 'looks whether the ends live first and adds later',
    breaking(sound) {
      const { edges } = peopled(createMemoryStorage())
      async function add(edge: EdgeRecord): Promise<AddEdgeResult> {
        if (!(await endsLive(sound, edge))) return { outcome: 'gone', end: 'to' }
        await gap()
        return await edges.add(edge)
      }
      return {
        edges: { ...sound.edges, ...edges, list: edges.list, drop: edges.drop, counts: edges.counts, add },
      }
    },
    fails: races,
  },
  {
    flaw: 'names the end that it looks at first',
    breaking: ({ users, edges }) => ({
      edges: {
        ...edges,
        async add(edge) {
          const answer = await edges.add(edge)
          if (answer.outcome !== 'gone' || (await users.byId(edge.from))) return answer
          return { outcome: 'gone', end: 'from' }
        },
      },
    }),
    fails: ['edges: add says which end never was, the later one first, and adds nothing'],
  },
  {
    flaw: 'takes an edge away when it finds an end gone',
    breaking: ({ edges }) => ({
      edges: {
        ...edges,
        async add(edge) {
          const answer = await edges.add(edge)
          if (answer.outcome === 'gone') await edges.remove(edge)
          return answer
        },
      },
    }),
    fails: [
      'edges: an edge that is there stays until it is dropped or removed, although add finds an end gone',
    ],
  },
]
