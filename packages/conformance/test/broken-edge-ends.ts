import { setImmediate as gap } from 'node:timers/promises'
import { type AddEdgeResult, edgeEnds, type EdgeRecord } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import type { Broken } from '../../../test/flaws.ts'
import { peopled, type SocialStores } from '../src/peopled.ts'

const races = ['edges/drop-add-race', 'edges/drop-own-add-race']

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
      'edges/add-missing-end',
      'edges/add-gone-account',
      'edges/add-gone-post',
      'edges/gone-keeps-existing',
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
    fails: ['edges/add-missing-end'],
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
    fails: ['edges/gone-keeps-existing'],
  },
]
