import type { Keyset } from '@kith/core/ports'
import type { Connection } from './database.ts'
import type { EdgeCountTable } from './edge-counts.ts'
import { allKinds, kindNumbers } from './edge-kinds.ts'
import type { EdgeLists } from './edge-lists.ts'
import { fromHex, type StoredId, toStored } from './ids.ts'
import { beforeOrEnd } from './keyset.ts'

interface EdgeRow {
  kind: number
  from_id: string
  to_id: string
  hidden: number
}

const rows = 'RETURNING kind, hex(from_id) AS from_id, hex(to_id) AS to_id, hidden'
const inKeys = (condition: string): string =>
  `(kind, from_id, to_id) IN (SELECT kind, from_id, to_id FROM kith_edges WHERE ${condition} LIMIT @limit) ${rows}`
/** The edges of one kind that start at a node, by the index for nodes with very many. */
const indexedOut = 'kind = @kind AND from_id = @node AND listed = 1'
const out = 'kind = @kind AND from_id = @node'
const into = 'kind IN (SELECT value FROM json_each(@kinds)) AND to_id = @node'

type HidingStatement =
  | 'hideNode'
  | 'showNode'
  | 'forgetShown'
  | 'forgetNode'
  | 'hiddenNodes'
  | 'hideOut'
  | 'hideOutIndexed'
  | 'hideIn'
  | 'showOut'
  | 'showOutIndexed'
  | 'showIn'
  | 'dropOut'
  | 'dropIn'

/**
 * Every statement that changes all edges of a node, end by end. `hidden` of an edge is 1 while its start is hidden,
 * plus 2 while its end is. A row of `kith_hidden_nodes` stays until the last edge is shown again, so that interrupted
 * work is found and finished.
 */
export const edgeHidingStatements: Readonly<Record<HidingStatement, string>> = Object.freeze({
  hideNode: `INSERT INTO kith_hidden_nodes (node, hidden) VALUES (@node, 1)
    ON CONFLICT (node) DO UPDATE SET hidden = 1`,
  showNode: 'UPDATE kith_hidden_nodes SET hidden = 0 WHERE node = @node',
  forgetShown: 'DELETE FROM kith_hidden_nodes WHERE node = @node AND hidden = 0',
  forgetNode: 'DELETE FROM kith_hidden_nodes WHERE node = @node',
  hiddenNodes: `SELECT hex(node) AS node FROM kith_hidden_nodes WHERE node < @before
    ORDER BY kith_hidden_nodes.node DESC LIMIT @limit`,
  hideOut: `UPDATE kith_edges SET hidden = hidden + 1 WHERE ${inKeys(`${out} AND hidden IN (0, 2)`)}`,
  hideOutIndexed: `UPDATE kith_edges SET hidden = hidden + 1 WHERE ${inKeys(`${indexedOut} AND hidden IN (0, 2)`)}`,
  hideIn: `UPDATE kith_edges SET hidden = hidden + 2 WHERE ${inKeys(`${into} AND hidden IN (0, 1)`)}`,
  showOut: `UPDATE kith_edges SET hidden = hidden - 1 WHERE ${inKeys(`${out} AND hidden IN (1, 3)`)}`,
  showOutIndexed: `UPDATE kith_edges SET hidden = hidden - 1 WHERE ${inKeys(`${indexedOut} AND hidden IN (1, 3)`)}`,
  showIn: `UPDATE kith_edges SET hidden = hidden - 2 WHERE ${inKeys(`${into} AND hidden IN (2, 3)`)}`,
  dropOut: `DELETE FROM kith_edges WHERE ${inKeys(out)}`,
  dropIn: `DELETE FROM kith_edges WHERE ${inKeys(into)}`,
})

/** Operations on all edges of a node. */
export interface EdgeHiding {
  setHidden(node: string, hidden: boolean, limit: number): Promise<number>
  hiddenNodes(keyset: Keyset): Promise<string[]>
  drop(node: string, limit: number): Promise<number>
}

/** Creates it on a connection. */
export function createEdgeHiding(
  connection: Connection,
  counts: EdgeCountTable,
  lists: EdgeLists,
): EdgeHiding {
  const { run, all, read, atomically } = connection

  /** Runs a statement for each kind at the start and one for all at the end, on at most `limit` edges together. */
  function batch(
    node: StoredId,
    sql: { out: string; outIndexed: string; into: string },
    limit: number,
  ): EdgeRow[] {
    const edges: EdgeRow[] = []
    for (const kind of kindNumbers) {
      const statement = lists.isIndexed({ kind, node }) ? sql.outIndexed : sql.out
      edges.push(...all<EdgeRow>(statement, { kind, node, limit: limit - edges.length }))
    }
    edges.push(...all<EdgeRow>(sql.into, { node, kinds: allKinds, limit: limit - edges.length }))
    return edges
  }
  function count(edges: EdgeRow[], by: 1 | -1): void {
    counts.change(
      edges.map(({ kind, from_id: from, to_id: to }) => ({ kind, from, to })),
      by,
    )
  }

  function hide(node: StoredId, limit: number): number {
    run(edgeHidingStatements.hideNode, { node })
    const { hideOut: out, hideOutIndexed: outIndexed, hideIn: into } = edgeHidingStatements
    const edges = batch(node, { out, outIndexed, into }, limit)
    // If both ends are hidden now, the other one was before.
    count(
      edges.filter((edge) => edge.hidden < 3),
      -1,
    )
    return edges.length
  }

  function show(node: StoredId, limit: number): number {
    if (run(edgeHidingStatements.showNode, { node }) === 0) return 0
    const { showOut: out, showOutIndexed: outIndexed, showIn: into } = edgeHidingStatements
    const edges = batch(node, { out, outIndexed, into }, limit)
    count(edges.filter(isVisible), 1)
    if (edges.length === 0) run(edgeHidingStatements.forgetShown, { node })
    return edges.length
  }

  return {
    setHidden: (node, hidden, limit) => atomically(() => (hidden ? hide : show)(toStored(node), limit)),
    hiddenNodes({ limit, before }) {
      const range = { limit, before: beforeOrEnd(before) }
      return read(() =>
        all<{ node: string }>(edgeHidingStatements.hiddenNodes, range).map((row) => fromHex(row.node)),
      )
    },
    drop: (id, limit) =>
      atomically(() => {
        const node = toStored(id)
        const { dropOut: out, dropIn: into } = edgeHidingStatements
        const edges = batch(node, { out, outIndexed: out, into }, limit)
        count(edges.filter(isVisible), -1)
        if (edges.length === 0) run(edgeHidingStatements.forgetNode, { node })
        return edges.length
      }),
  }
}

const isVisible = (edge: EdgeRow): boolean => edge.hidden === 0
