import type { Connection } from './database.ts'
import type { EdgeCountTable } from './edge-counts.ts'
import { allKinds } from './edge-kinds.ts'
import { afterEveryId } from './keyset.ts'
import type { Keyset } from '@kith/core/ports'

interface EdgeRow {
  kind: number
  from_id: string
  to_id: string
  hidden: number
}

const rows = 'RETURNING kind, from_id, to_id, hidden'
const keysOf = (
  end: 'from_id' | 'to_id',
  condition: string,
): string => `SELECT kind, from_id, to_id FROM kith_edges
  WHERE kind IN (SELECT value FROM json_each(@kinds)) AND ${end} = @node ${condition} LIMIT @limit`

type HidingStatement =
  | 'hideNode'
  | 'showNode'
  | 'forgetShown'
  | 'forgetNode'
  | 'hiddenNodes'
  | 'hideOut'
  | 'hideIn'
  | 'showOut'
  | 'showIn'
  | 'dropOut'
  | 'dropIn'

/**
 * Every statement that changes all edges of a node, end by end. `hidden` of an edge is 1 while its start is hidden, plus
 * 2 while its end is. A row of `kith_hidden_nodes` stays until the last edge is shown again, so that what was cut off is
 * found and finished.
 */
export const edgeHidingStatements: Readonly<Record<HidingStatement, string>> = Object.freeze({
  hideNode: `INSERT INTO kith_hidden_nodes (node, hidden) VALUES (@node, 1)
    ON CONFLICT (node) DO UPDATE SET hidden = 1`,
  showNode: 'UPDATE kith_hidden_nodes SET hidden = 0 WHERE node = @node',
  forgetShown: 'DELETE FROM kith_hidden_nodes WHERE node = @node AND hidden = 0',
  forgetNode: 'DELETE FROM kith_hidden_nodes WHERE node = @node',
  hiddenNodes: 'SELECT node FROM kith_hidden_nodes WHERE node < @before ORDER BY node DESC LIMIT @limit',
  hideOut: `UPDATE kith_edges SET hidden = hidden + 1
    WHERE (kind, from_id, to_id) IN (${keysOf('from_id', 'AND hidden IN (0, 2)')}) ${rows}`,
  hideIn: `UPDATE kith_edges SET hidden = hidden + 2
    WHERE (kind, from_id, to_id) IN (${keysOf('to_id', 'AND hidden IN (0, 1)')}) ${rows}`,
  showOut: `UPDATE kith_edges SET hidden = hidden - 1
    WHERE (kind, from_id, to_id) IN (${keysOf('from_id', 'AND hidden IN (1, 3)')}) ${rows}`,
  showIn: `UPDATE kith_edges SET hidden = hidden - 2
    WHERE (kind, from_id, to_id) IN (${keysOf('to_id', 'AND hidden IN (2, 3)')}) ${rows}`,
  dropOut: `DELETE FROM kith_edges WHERE (kind, from_id, to_id) IN (${keysOf('from_id', '')}) ${rows}`,
  dropIn: `DELETE FROM kith_edges WHERE (kind, from_id, to_id) IN (${keysOf('to_id', '')}) ${rows}`,
})

/** What concerns all edges of a node. */
export interface EdgeHiding {
  setHidden(node: string, hidden: boolean, limit: number): Promise<number>
  hiddenNodes(keyset: Keyset): Promise<string[]>
  drop(node: string, limit: number): Promise<number>
}

/** Creates it on a connection. */
export function createEdgeHiding(connection: Connection, counts: EdgeCountTable): EdgeHiding {
  const { run, all, read, atomically } = connection

  /** Runs a statement for each end, at most `limit` edges together, and answers them. */
  function batch(node: string, { out, into }: { out: string; into: string }, limit: number): EdgeRow[] {
    const values = { node, kinds: allKinds }
    const starting = all<EdgeRow>(out, { ...values, limit })
    return [...starting, ...all<EdgeRow>(into, { ...values, limit: limit - starting.length })]
  }
  function count(edges: EdgeRow[], by: 1 | -1): void {
    counts.change(
      edges.map(({ kind, from_id: from, to_id: to }) => ({ kind, from, to })),
      by,
    )
  }

  function hide(node: string, limit: number): number {
    run(edgeHidingStatements.hideNode, { node })
    const { hideOut: out, hideIn: into } = edgeHidingStatements
    const edges = batch(node, { out, into }, limit)
    // Where both ends are hidden now, the other one was before.
    count(
      edges.filter((edge) => edge.hidden < 3),
      -1,
    )
    return edges.length
  }

  function show(node: string, limit: number): number {
    if (run(edgeHidingStatements.showNode, { node }) === 0) return 0
    const { showOut: out, showIn: into } = edgeHidingStatements
    const edges = batch(node, { out, into }, limit)
    count(edges.filter(isVisible), 1)
    if (edges.length === 0) run(edgeHidingStatements.forgetShown, { node })
    return edges.length
  }

  return {
    setHidden: (node, hidden, limit) => atomically(() => (hidden ? hide : show)(node, limit)),
    hiddenNodes({ limit, before }) {
      const range = { limit, before: before ?? afterEveryId }
      return read(() =>
        all<{ node: string }>(edgeHidingStatements.hiddenNodes, range).map(({ node }) => node),
      )
    },
    drop: (node, limit) =>
      atomically(() => {
        const { dropOut: out, dropIn: into } = edgeHidingStatements
        const edges = batch(node, { out, into }, limit)
        count(edges.filter(isVisible), -1)
        if (edges.length === 0) run(edgeHidingStatements.forgetNode, { node })
        return edges.length
      }),
  }
}

const isVisible = (edge: EdgeRow): boolean => edge.hidden === 0
