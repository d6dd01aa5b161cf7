import type { Connection } from './database.ts'
import type { EdgeCountTable } from './edge-counts.ts'
import { allKinds } from './edge-kinds.ts'
import { afterEveryId } from './keyset.ts'
import type { Keyset } from '@kith/core'

interface EdgeRow {
  kind: number
  from_id: string
  to_id: string
  from_hidden: number
  to_hidden: number
}

const columns = 'kind, from_id, to_id, from_hidden, to_hidden'

/**
 * Every statement that changes all edges of a node, end by end. A row of `kith_hidden_nodes` stays until the last edge
 * is shown again, so that what was cut off is found and finished.
 */
export const edgeHidingStatements = Object.freeze({
  hideNode: `INSERT INTO kith_hidden_nodes (node, hidden) VALUES (@node, 1)
    ON CONFLICT (node) DO UPDATE SET hidden = 1`,
  showNode: 'UPDATE kith_hidden_nodes SET hidden = 0 WHERE node = @node',
  forgetShown: 'DELETE FROM kith_hidden_nodes WHERE node = @node AND hidden = 0',
  forgetNode: 'DELETE FROM kith_hidden_nodes WHERE node = @node',
  hiddenNodes: 'SELECT node FROM kith_hidden_nodes WHERE node < @before ORDER BY node DESC LIMIT @limit',
  turnOut: `UPDATE kith_edges SET from_hidden = @hidden WHERE (kind, from_id, to_id) IN
    (SELECT kind, from_id, to_id FROM kith_edges
      WHERE kind IN (SELECT value FROM json_each(@kinds)) AND from_id = @node AND from_hidden = 1 - @hidden
      LIMIT @limit)
    RETURNING ${columns}`,
  turnIn: `UPDATE kith_edges SET to_hidden = @hidden WHERE (kind, from_id, to_id) IN
    (SELECT kind, from_id, to_id FROM kith_edges
      WHERE kind IN (SELECT value FROM json_each(@kinds)) AND to_id = @node AND to_hidden = 1 - @hidden
      LIMIT @limit)
    RETURNING ${columns}`,
  dropOut: `DELETE FROM kith_edges WHERE (kind, from_id, to_id) IN
    (SELECT kind, from_id, to_id FROM kith_edges
      WHERE kind IN (SELECT value FROM json_each(@kinds)) AND from_id = @node LIMIT @limit)
    RETURNING ${columns}`,
  dropIn: `DELETE FROM kith_edges WHERE (kind, from_id, to_id) IN
    (SELECT kind, from_id, to_id FROM kith_edges
      WHERE kind IN (SELECT value FROM json_each(@kinds)) AND to_id = @node LIMIT @limit)
    RETURNING ${columns}`,
})

/** What concerns all edges of a node. */
export interface EdgeHiding {
  setHidden(node: string, hidden: boolean, limit: number): number
  hiddenNodes(keyset: Keyset): string[]
  drop(node: string, limit: number): number
}

/** Creates it on a connection. */
export function createEdgeHiding({ run, all, atomically }: Connection, counts: EdgeCountTable): EdgeHiding {
  function turn(node: string, hidden: boolean, limit: number): number {
    const values = { node, kinds: allKinds, hidden: hidden ? 1 : 0 }
    const out = all<EdgeRow>(edgeHidingStatements.turnOut, { ...values, limit })
    const into = all<EdgeRow>(edgeHidingStatements.turnIn, { ...values, limit: limit - out.length })
    const seen = [
      ...out.filter((edge) => edge.to_hidden === 0),
      ...into.filter((edge) => edge.from_hidden === 0),
    ]
    for (const edge of seen) counts.change(toCounted(edge), hidden ? -1 : 1)
    return out.length + into.length
  }

  return {
    setHidden: (node, hidden, limit) =>
      atomically(() => {
        const known = run(hidden ? edgeHidingStatements.hideNode : edgeHidingStatements.showNode, { node })
        if (known === 0) return 0
        const changed = turn(node, hidden, limit)
        if (changed === 0) run(edgeHidingStatements.forgetShown, { node })
        return changed
      }),
    hiddenNodes({ limit, before }) {
      const range = { limit, before: before ?? afterEveryId }
      return all<{ node: string }>(edgeHidingStatements.hiddenNodes, range).map(({ node }) => node)
    },
    drop: (node, limit) =>
      atomically(() => {
        const values = { node, kinds: allKinds }
        const out = all<EdgeRow>(edgeHidingStatements.dropOut, { ...values, limit })
        const into = all<EdgeRow>(edgeHidingStatements.dropIn, { ...values, limit: limit - out.length })
        const dropped = [...out, ...into]
        for (const edge of dropped) {
          if (edge.from_hidden === 0 && edge.to_hidden === 0) counts.change(toCounted(edge), -1)
        }
        if (dropped.length === 0) run(edgeHidingStatements.forgetNode, { node })
        return dropped.length
      }),
  }
}

function toCounted({ kind, from_id: from, to_id: to }: EdgeRow): Parameters<EdgeCountTable['change']>[0] {
  return { kind, from, to }
}
