import type { CountDifference, EdgeKind, EdgeStore } from '@kith/core'
import type { Connection } from './database.ts'

/** Every statement of the recount. */
export const recountStatements = Object.freeze({
  // Nodes with counts and nodes with edges, so that a missing count is found as well.
  nodes: `SELECT node FROM (
      SELECT node FROM (SELECT node FROM kith_edge_counts WHERE kind = @kind AND node > @after ORDER BY node LIMIT @limit)
      UNION SELECT node FROM (SELECT DISTINCT from_id AS node FROM kith_edges
        WHERE kind = @kind AND from_id > @after ORDER BY from_id LIMIT @limit)
      UNION SELECT node FROM (SELECT DISTINCT to_id AS node FROM kith_edges
        WHERE kind = @kind AND to_id > @after ORDER BY to_id LIMIT @limit)
    ) ORDER BY node LIMIT @limit`,
  counted: `SELECT
      coalesce((SELECT outgoing FROM kith_edge_counts WHERE kind = @kind AND node = @node), 0) AS storedOut,
      coalesce((SELECT incoming FROM kith_edge_counts WHERE kind = @kind AND node = @node), 0) AS storedIn,
      (SELECT count(*) FROM kith_edges WHERE kind = @kind AND from_id = @node AND hidden = 0) AS countedOut,
      (SELECT count(*) FROM kith_edges WHERE kind = @kind AND to_id = @node AND hidden = 0) AS countedIn`,
  repair: `INSERT INTO kith_edge_counts VALUES (@kind, @node, @outgoing, @incoming) ON CONFLICT DO UPDATE
    SET outgoing = excluded.outgoing, incoming = excluded.incoming`,
})

const kinds: readonly EdgeKind[] = ['follow', 'like', 'save']

interface Counted {
  storedOut: number
  storedIn: number
  countedOut: number
  countedIn: number
}

/** Creates the recount of edges: kind after kind, node after node, each batch in one transaction. */
export function createEdgeRecount({ run, get, all, atomically }: Connection): EdgeStore['recount'] {
  function check(kind: EdgeKind, node: string): CountDifference[] {
    const number = kinds.indexOf(kind) + 1
    const row = get<Counted>(recountStatements.counted, { kind: number, node })
    if (!row || (row.storedOut === row.countedOut && row.storedIn === row.countedIn)) return []
    run(recountStatements.repair, { kind: number, node, outgoing: row.countedOut, incoming: row.countedIn })
    const stored = { out: row.storedOut, in: row.storedIn }
    return [{ kind, node, stored, counted: { out: row.countedOut, in: row.countedIn } }]
  }

  return async (after, limit) => {
    const [index, node] = after === null ? [0, ''] : [Number(after[0]), after.slice(1)]
    const kind = kinds[index]
    if (!kind) return { checked: 0, differences: [], next: null }
    return atomically(() => {
      const rows = all<{ node: string }>(recountStatements.nodes, { kind: index + 1, after: node, limit })
      const differences = rows.flatMap((row) => check(kind, row.node))
      const last = rows.length === limit ? rows.at(-1) : undefined
      const nextKind = index + 1 < kinds.length ? `${index + 1}` : null
      return { checked: rows.length, differences, next: last ? `${index}${last.node}` : nextKind }
    })
  }
}
