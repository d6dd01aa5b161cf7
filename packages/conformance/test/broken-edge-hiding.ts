import { setImmediate as gap } from 'node:timers/promises'
import type { EdgeCounts, EdgeStore } from '@kith/core/ports'
import type { Broken } from '../../../test/flaws.ts'
import { drifting, remembering } from './edge-flaw-tools.ts'
import { claimingOnce, inFlight } from './flaw-races.ts'

/** Flaws in `setHidden` and `hiddenNodes`. */
export const hidingFlaws: readonly Broken<EdgeStore>[] = [
  {
    flaw: 'names hidden nodes among others',
    breaking(sound) {
      const { all, changes } = remembering(sound)
      return {
        ...changes,
        async among({ kind, side, node }, others) {
          const [near, far] = side === 'out' ? (['from', 'to'] as const) : (['to', 'from'] as const)
          const edges = all().filter((edge) => edge.kind === kind && edge[near] === node)
          return edges.map((edge) => edge[far]).filter((other) => others.includes(other))
        },
      }
    },
    fails: ['edges/hide'],
  },
  {
    flaw: 'lists a node that was hidden once oldest first',
    breaking({ list, setHidden }) {
      const hiddenOnce = new Set<string>()
      return {
        setHidden(node, hidden, limit) {
          hiddenOnce.add(node)
          return setHidden(node, hidden, limit)
        },
        async list(side, keyset) {
          const found = await list(side, keyset)
          return hiddenOnce.has(side.node) ? found.reverse() : found
        },
      }
    },
    fails: ['edges/show', 'edges/remove-while-hidden'],
  },
  {
    flaw: 'shows every node when it shows one',
    breaking: ({ hiddenNodes, setHidden }) => ({
      async setHidden(node, hidden, limit) {
        if (hidden) return setHidden(node, hidden, limit)
        for (const other of await hiddenNodes({ limit: 100, before: null })) {
          if (other !== node) await setHidden(other, false, limit)
        }
        return setHidden(node, false, limit)
      },
    }),
    fails: ['edges/hide-both-ends'],
  },
  {
    flaw: 'counts an edge that is added at a hidden node',
    breaking: (sound) =>
      drifting(sound, (drift) => ({
        async add(edge) {
          const answer = await sound.add(edge)
          const hidden = await sound.hiddenNodes({ limit: 100, before: null })
          const isHidden = hidden.includes(edge.from) || hidden.includes(edge.to)
          if (answer.outcome === 'added' && isHidden) drift(edge.kind, edge.to, { in: 1 })
          return answer
        },
      })),
    fails: ['edges/add-while-hidden', 'edges/add-remove-hide-race'],
  },
  {
    flaw: 'counts a hidden edge down when it is removed',
    breaking: (sound) =>
      drifting(sound, (drift) => ({
        async remove(edge) {
          const { kind, from, to } = edge
          const [seen] = await sound.among({ kind, side: 'out', node: from }, [to])
          const answer = await sound.remove(edge)
          if (answer.removed && seen === undefined) drift(kind, to, { in: -1 })
          return answer
        },
      })),
    fails: ['edges/counts-match-lists', 'edges/remove-while-hidden', 'edges/add-remove-hide-race'],
  },
  {
    flaw: 'hides all edges of a node in one step',
    breaking: ({ setHidden }) => ({ setHidden: (node, hidden) => setHidden(node, hidden, 1000) }),
    fails: [
      'edges/hide-in-steps',
      'edges/hide-turned-around',
      'edges/parallel-hides',
      'edges/add-remove-hide-race',
    ],
  },
  {
    flaw: 'finishes what it has begun before it can be turned round',
    breaking({ setHidden }) {
      const begun = new Map<string, boolean>()
      return {
        async setHidden(node, hidden, limit) {
          const direction = begun.get(node) ?? hidden
          const changed = await setHidden(node, direction, limit)
          if (changed > 0) begun.set(node, direction)
          else begun.delete(node)
          return changed
        },
      }
    },
    fails: ['edges/hide-turned-around'],
  },
  {
    flaw: 'forgets a node as soon as it begins to show it',
    breaking({ hiddenNodes, setHidden }) {
      const shown = new Set<string>()
      return {
        setHidden(node, hidden, limit) {
          if (hidden) shown.delete(node)
          else shown.add(node)
          return setHidden(node, hidden, limit)
        },
        hiddenNodes: async (keyset) => (await hiddenNodes(keyset)).filter((node) => !shown.has(node)),
      }
    },
    fails: ['edges/hidden-nodes'],
  },
  {
    flaw: 'names the hidden nodes with the lowest ids first',
    breaking: ({ hiddenNodes }) => ({
      hiddenNodes: async ({ limit, before }) =>
        (await hiddenNodes({ limit: 1000, before })).reverse().slice(0, limit),
    }),
    fails: ['edges/hidden-nodes-page'],
  },
  {
    flaw: 'claims that it has hidden what another call has hidden',
    breaking({ setHidden }) {
      const claimed = { done: false, running: 0 }
      return {
        setHidden: (node, hidden, limit) =>
          claimingOnce((most) => gap().then(() => setHidden(node, hidden, most)), claimed)(limit),
      }
    },
    fails: ['edges/parallel-hides'],
  },
  {
    flaw: 'counts an edge that is added while its node is being hidden',
    breaking(sound) {
      const running = inFlight()
      return drifting(sound, (drift) => ({
        setHidden: (node, hidden, limit) =>
          running.during(node, () => gap().then(() => sound.setHidden(node, hidden, limit))),
        async add(edge) {
          const answer = await sound.add(edge)
          const met = running.has(edge.from) || running.has(edge.to)
          if (answer.outcome === 'added' && met) drift(edge.kind, edge.to, { in: 1 })
          return answer
        },
      }))
    },
    fails: ['edges/add-remove-hide-race'],
  },
]

/** Flaws in `drop` and `recount`. */
export const droppingFlaws: readonly Broken<EdgeStore>[] = [
  {
    flaw: 'leaves the counts at the other ends when it drops a node',
    breaking: (sound) =>
      drifting(sound, (drift) => ({
        async drop(node, limit) {
          const side = { kind: 'follow', side: 'out', node } as const
          const before = await sound.list(side, { limit: 100, before: null })
          const dropped = await sound.drop(node, limit)
          const left = await sound.list(side, { limit: 100, before: null })
          for (const edge of before) {
            if (!left.some(({ id }) => id === edge.id)) drift(edge.kind, edge.to, { in: 1 })
          }
          return dropped
        },
      })),
    fails: ['edges/drop-in-steps', 'edges/parallel-drops', 'edges/drop-hidden'],
  },
  {
    flaw: 'drops more edges than asked for',
    breaking: ({ drop }) => ({ drop: (node, limit) => drop(node, limit + 1) }),
    fails: ['edges/drop-in-steps', 'edges/parallel-drops', 'edges/drop-hidden', 'edges/drop-forgets-hidden'],
  },
  {
    flaw: 'claims that it has dropped what another call has dropped',
    breaking({ drop }) {
      const claimed = { done: false, running: 0 }
      return {
        drop: (node, limit) => claimingOnce((most) => gap().then(() => drop(node, most)), claimed)(limit),
      }
    },
    fails: ['edges/parallel-drops'],
  },
  {
    flaw: 'counts hidden edges down when it drops them',
    breaking(sound) {
      const { all, changes } = remembering(sound)
      return drifting(sound, (drift) => ({
        ...changes,
        async drop(node, limit) {
          const hidden = await sound.hiddenNodes({ limit: 100, before: null })
          const dropped = await sound.drop(node, limit)
          const ends =
            dropped === 0 ? [] : all().filter((edge) => edge.from === node && hidden.includes(edge.to))
          for (const edge of ends) drift(edge.kind, edge.to, { in: -1 })
          return dropped
        },
      }))
    },
    fails: ['edges/drop-hidden'],
  },
  {
    flaw: 'keeps a node hidden that was dropped',
    breaking: ({ drop, hiddenNodes, setHidden }) => ({
      async drop(node, limit) {
        const hidden = await hiddenNodes({ limit: 100, before: null })
        const dropped = await drop(node, limit)
        if (hidden.includes(node)) await setHidden(node, true, limit)
        return dropped
      },
    }),
    fails: ['edges/drop-forgets-hidden'],
  },
  {
    flaw: 'recounts for ever',
    breaking: ({ recount }) => ({
      recount: async (after, limit) => ({ ...(await recount(after, limit)), next: after ?? 'start' }),
    }),
    fails: ['edges/recount', 'edges/recount-while-changing'],
  },
  {
    flaw: 'compares in a later step what it has counted in an earlier one',
    breaking({ add, counts, recount }) {
      const known = new Set<string>()
      const earlier = new Map<string, EdgeCounts>()
      return {
        async add(edge) {
          known.add(edge.from)
          return await add(edge)
        },
        async recount(after, limit) {
          const [node = ''] = known
          const [now = { out: 0, in: 0 }] = await counts('follow', [node])
          const counted = earlier.get(node) ?? now
          earlier.set(node, now)
          const result = await recount(after, limit)
          // In two steps, as of a node that is too long for one.
          if (after === null) return { ...result, next: 'inside' }
          const isOff = counted.out !== now.out || counted.in !== now.in
          return {
            ...result,
            differences: isOff ? [{ kind: 'follow', node, stored: now, counted }] : [],
          }
        },
      }
    },
    fails: ['edges/recount-while-changing'],
  },
]
