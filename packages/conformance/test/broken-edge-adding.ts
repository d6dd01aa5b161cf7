import { setImmediate as gap } from 'node:timers/promises'
import { edgeKinds, type EdgeRecord, type EdgeStore } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'
import { drifting } from './edge-flaw-tools.ts'
import { inFlight } from './flaw-races.ts'

/** Flaws in `add`, `remove` and `counts`. */
export const addingFlaws: readonly Broken<EdgeStore>[] = [
  {
    flaw: 'answers the count from before an add',
    breaking: ({ add }) => ({
      async add(edge) {
        const answer = await add(edge)
        return answer.outcome === 'added' ? { ...answer, count: answer.count - 1 } : answer
      },
    }),
    fails: [
      'edges/add',
      'edges/kinds-apart',
      'edges/parallel-adds',
      'edges/parallel-adds-one-node',
      'edges/add-while-hidden',
    ],
  },
  {
    flaw: 'takes the id of the later of two adds',
    breaking: ({ add, remove }) => ({
      async add(edge) {
        const answer = await add(edge)
        if (answer.outcome === 'already') {
          await remove(edge)
          await add(edge)
        }
        return answer
      },
    }),
    fails: ['edges/add-again'],
  },
  {
    flaw: 'forgets the count at the start when it removes one of several edges at a node',
    breaking: (sound) =>
      drifting(sound, (drift) => ({
        async remove(edge) {
          const answer = await sound.remove(edge)
          if (answer.removed && answer.count > 0) drift(edge.kind, edge.from, { out: 1 })
          return answer
        },
      })),
    fails: ['edges/remove', 'edges/counts-match-lists', 'edges/add-remove-hide-race'],
  },
  {
    flaw: 'takes any edge at the end for the one to remove',
    breaking: ({ remove }) => ({
      async remove(edge) {
        const { removed, count } = await remove(edge)
        return { removed: removed || count > 0, count }
      },
    }),
    fails: ['edges/remove', 'edges/remove-unknown'],
  },
  {
    flaw: 'brings a removed edge back in its old place',
    breaking({ add }) {
      const ids = new Map<string, string>()
      return {
        add(edge) {
          const key = `${edge.kind} ${edge.from} ${edge.to}`
          const id = ids.get(key) ?? edge.id
          ids.set(key, id)
          return add({ ...edge, id })
        },
      }
    },
    fails: ['edges/add-after-remove'],
  },
  {
    flaw: 'removes the edges of every kind',
    breaking: ({ remove }) => ({
      async remove(edge) {
        for (const kind of edgeKinds) if (kind !== edge.kind) await remove({ ...edge, kind })
        return remove(edge)
      },
    }),
    fails: ['edges/kinds-apart'],
  },
  {
    flaw: 'answers the count of a node once, however often it is asked',
    breaking: ({ counts }) => ({ counts: (kind, nodes) => counts(kind, [...new Set(nodes)]) }),
    fails: ['edges/counts-in-order'],
  },
  {
    flaw: 'looks for an edge first and adds it later',
    breaking: ({ add, among }) => ({
      async add(edge) {
        const { kind, from, to } = edge
        const [there] = await among({ kind, side: 'out', node: from }, [to])
        await gap()
        const answer = await add(edge)
        return there === undefined && answer.outcome === 'already' ? { ...answer, outcome: 'added' } : answer
      },
    }),
    fails: ['edges/parallel-adds', 'edges/add-remove-race', 'edges/add-while-hidden'],
  },
  {
    flaw: 'looks for an edge first and removes it later',
    breaking: ({ among, remove }) => ({
      async remove(edge) {
        const { kind, from, to } = edge
        const [there] = await among({ kind, side: 'out', node: from }, [to])
        await gap()
        const answer = await remove(edge)
        return there === undefined ? answer : { ...answer, removed: true }
      },
    }),
    fails: ['edges/parallel-removes', 'edges/add-remove-race'],
  },
  {
    flaw: 'loses a count when an add meets a remove',
    breaking(sound) {
      const adds = new Map<string, number>()
      const keyOf = ({ kind, from, to }: Omit<EdgeRecord, 'id'>) => `${kind} ${from} ${to}`
      return drifting(sound, (drift) => ({
        add(edge) {
          adds.set(keyOf(edge), (adds.get(keyOf(edge)) ?? 0) + 1)
          return sound.add(edge)
        },
        async remove(edge) {
          const before = adds.get(keyOf(edge))
          await gap()
          const answer = await sound.remove(edge)
          if (answer.removed && adds.get(keyOf(edge)) !== before) drift(edge.kind, edge.to, { in: -1 })
          return answer
        },
      }))
    },
    fails: ['edges/add-remove-race', 'edges/counts-match-lists', 'edges/add-remove-hide-race'],
  },
  {
    flaw: 'reads the count after the add',
    breaking: ({ add, counts }) => ({
      async add(edge) {
        const answer = await add(edge)
        await gap()
        const [{ in: count } = { in: 0 }] = await counts(edge.kind, [edge.to])
        return answer.outcome === 'gone' ? answer : { ...answer, count }
      },
    }),
    fails: ['edges/parallel-adds-one-node'],
  },
  {
    flaw: 'loses a count when edges of two kinds meet at a node',
    breaking(sound) {
      const running = inFlight()
      return drifting(sound, (drift) => ({
        add: (edge) =>
          running.during(`${edge.kind} ${edge.to}`, async () => {
            const answer = await sound.add(edge)
            await gap()
            const met = edgeKinds.some((kind) => kind !== edge.kind && running.has(`${kind} ${edge.to}`))
            if (met && answer.outcome === 'added') drift(edge.kind, edge.to, { in: -1 })
            return answer
          }),
      }))
    },
    fails: ['edges/counts-match-lists'],
  },
]

/** Flaws in `list` and `among`. */
export const listFlaws: readonly Broken<EdgeStore>[] = [
  {
    flaw: 'lists edges in the order they came',
    breaking({ add, list }) {
      const came: string[] = []
      const byArrival = (a: EdgeRecord, b: EdgeRecord) => came.indexOf(b.id) - came.indexOf(a.id)
      return {
        add(edge) {
          came.push(edge.id)
          return add(edge)
        },
        list: async (side, keyset) => (await list(side, keyset)).sort(byArrival),
      }
    },
    fails: ['edges/list-newest-first'],
  },
  {
    flaw: 'lists one edge more than asked for on the first page',
    breaking: ({ list }) => ({
      list: (side, { limit, before }) => list(side, { limit: before === null ? limit + 1 : limit, before }),
    }),
    fails: ['edges/list-page'],
  },
  {
    flaw: 'finds its place by an edge that has to be there',
    breaking: ({ list }) => ({
      async list(side, keyset) {
        const all = await list(side, { limit: 1000, before: null })
        return keyset.before === null || all.some(({ id }) => id === keyset.before) ? list(side, keyset) : []
      },
    }),
    fails: ['edges/list-after-removed'],
  },
  {
    flaw: 'lists both sides of a node that follows and is followed',
    breaking: ({ list }) => ({
      async list(side, keyset) {
        const found = await list(side, keyset)
        if (side.kind !== 'follow' || side.side === 'in' || found.length === 0) return found
        return [...found, ...(await list({ ...side, side: 'in' }, keyset))]
      },
    }),
    fails: ['edges/kinds-apart', 'edges/counts-match-lists', 'edges/list-sides'],
  },
  {
    flaw: 'names a node among others as often as it was asked about',
    breaking: ({ among }) => ({
      async among(side, others) {
        const found = await among(side, others)
        return others.filter((node) => found.includes(node))
      },
    }),
    fails: ['edges/among'],
  },
  {
    flaw: 'looks at the first thousand nodes only',
    breaking: ({ among, counts }) => ({
      among: (side, others) => among(side, others.slice(0, 1000)),
      counts: (kind, nodes) => counts(kind, nodes.slice(0, 1000)),
    }),
    fails: ['edges/counts-in-order', 'edges/among-many'],
  },
  {
    flaw: 'keeps the edge it was given',
    breaking({ add, list }) {
      const given = new Map<string, EdgeRecord>()
      return {
        add(edge) {
          given.set(edge.id, edge)
          return add(edge)
        },
        list: async (side, keyset) =>
          (await list(side, keyset)).map((edge) => ({ ...(given.get(edge.id) ?? edge) })),
      }
    },
    fails: ['edges/copies'],
  },
  {
    flaw: 'answers the edge it keeps',
    breaking({ list }) {
      const answered = new Map<string, EdgeRecord>()
      return {
        async list(side, keyset) {
          const found = await list(side, keyset)
          return found.map((edge) => {
            const kept = answered.get(edge.id) ?? edge
            answered.set(edge.id, kept)
            return kept
          })
        },
      }
    },
    fails: ['edges/copies'],
  },
]
