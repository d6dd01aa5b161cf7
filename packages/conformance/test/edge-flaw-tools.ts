import type { EdgeKind, EdgeRecord, EdgeStore } from '@kith/core/ports'

type Key = Pick<EdgeRecord, 'kind' | 'from' | 'to'>

/** The part of an edge store that changes single edges. */
export type EdgeChanges = Pick<EdgeStore, 'add' | 'remove'>

/** Tells counts to be wrong from now on. */
export type Drift = (kind: EdgeKind, node: string, by: { out?: number; in?: number }) => void

/** A store whose counts drift away from its edges whenever `make` says so. */
export function drifting(sound: EdgeStore, make: (drift: Drift) => Partial<EdgeStore>): Partial<EdgeStore> {
  const off = new Map<string, { out: number; in: number }>()
  const offOf = (kind: EdgeKind, node: string) => off.get(`${kind} ${node}`) ?? { out: 0, in: 0 }
  const drift: Drift = (kind, node, by) => {
    const before = offOf(kind, node)
    off.set(`${kind} ${node}`, { out: before.out + (by.out ?? 0), in: before.in + (by.in ?? 0) })
  }
  return {
    async counts(kind, nodes) {
      const counts = await sound.counts(kind, nodes)
      return counts.map((each, index) => {
        const by = offOf(kind, nodes[index] ?? '')
        return { out: each.out + by.out, in: each.in + by.in }
      })
    },
    ...make(drift),
  }
}

/** Every edge that was added and not removed, hidden or not, and the store that keeps the list. */
export function remembering({ add, remove }: EdgeStore): { all: () => EdgeRecord[]; changes: EdgeChanges } {
  const all = new Map<string, EdgeRecord>()
  const keyOf = ({ kind, from, to }: Key) => `${kind} ${from} ${to}`
  return {
    all: () => [...all.values()],
    changes: {
      async add(edge) {
        const answer = await add(edge)
        if (answer.outcome === 'added') all.set(keyOf(edge), { ...edge })
        return answer
      },
      async remove(edge) {
        all.delete(keyOf(edge))
        return remove(edge)
      },
    },
  }
}
