import type { Connection } from './database.ts'
import { mostUnlisted } from './edge-kinds.ts'
import type { StoredId } from './ids.ts'

/** The edges of one kind that start at a node. */
interface Start {
  kind: number
  node: StoredId
}

type ListStatement = 'isIndexed' | 'index'

/** Every statement about which edges are indexed by their time. All edges of one start are, or none is. */
export const edgeListStatements: Readonly<Record<ListStatement, string>> = Object.freeze({
  isIndexed: 'SELECT listed FROM kith_edges WHERE kind = @kind AND from_id = @node LIMIT 1',
  index: 'UPDATE kith_edges SET listed = 1 WHERE kind = @kind AND from_id = @node',
})

/** Tracks which starts have so many edges that those are indexed by their time. */
export interface EdgeLists {
  /** Whether the edges of a start are in the index. */
  isIndexed(start: Start): boolean
  /** Adds the edges of a start to the index when they have become many. Part of a transaction. */
  grown(start: Start, outgoing: number): void
}

/** Creates it on a connection. */
export function createEdgeLists({ run, get }: Connection): EdgeLists {
  function isIndexed({ kind, node }: Start): boolean {
    return get<{ listed: number }>(edgeListStatements.isIndexed, { kind, node })?.listed === 1
  }

  return {
    isIndexed,
    grown({ kind, node }, outgoing) {
      // Edges are added one by one, so no start skips this; the next multiple is for edges that a statement of the host
      // has added.
      if (outgoing === 0 || outgoing % mostUnlisted !== 0 || isIndexed({ kind, node })) return
      run(edgeListStatements.index, { kind, node })
    },
  }
}
