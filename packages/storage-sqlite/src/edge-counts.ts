import type { CountDifference, EdgeCounts, EdgeKind, RecountResult } from '@kith/core'
import type { Connection } from './database.ts'
import { allKinds, fromKindNumber, toKindNumber } from './edge-kinds.ts'
import { recount } from './recount.ts'

interface CountRow {
  node: string
  kind: number
  out_count: number
  in_count: number
}

/** Every statement about the counts of edges. A node without edges has no row. */
export const edgeCountStatements = Object.freeze({
  change: `INSERT INTO kith_edge_counts (node, kind, out_count, in_count) VALUES (@node, @kind, @out, @in)
    ON CONFLICT (node, kind) DO UPDATE SET out_count = out_count + excluded.out_count,
      in_count = in_count + excluded.in_count`,
  forget:
    'DELETE FROM kith_edge_counts WHERE node = @node AND kind = @kind AND out_count = 0 AND in_count = 0',
  byNodes: `SELECT node, kind, out_count, in_count FROM kith_edge_counts
    WHERE node IN (SELECT value FROM json_each(@nodes)) AND kind = @kind`,
  count: `SELECT (SELECT count(*) FROM kith_edges
      WHERE kind = @kind AND from_id = @node AND from_hidden = 0 AND to_hidden = 0) AS out_count,
    (SELECT count(*) FROM kith_edges
      WHERE kind = @kind AND to_id = @node AND to_hidden = 0 AND from_hidden = 0) AS in_count`,
  // One seek for each kind and side, however many edges a node has.
  following: `SELECT min(node) AS node FROM (
    SELECT min(node) AS node FROM kith_edge_counts WHERE node > @node
    UNION ALL SELECT (SELECT min(from_id) FROM kith_edges WHERE kind = kinds.value AND from_id > @node)
      FROM json_each(@kinds) AS kinds
    UNION ALL SELECT (SELECT min(to_id) FROM kith_edges WHERE kind = kinds.value AND to_id > @node)
      FROM json_each(@kinds) AS kinds)`,
})

/** The edge whose counts change. */
export interface CountedEdge {
  kind: number
  from: string
  to: string
}

/** Keeps how many visible edges start and end at each node. Changes are part of the caller's transaction. */
export interface EdgeCountTable {
  /** Counts an edge at both of its ends: 1 when it became visible, -1 when it no longer is. */
  change(edge: CountedEdge, by: 1 | -1): void
  /** The counts of these nodes, in their order. */
  read(kind: EdgeKind, nodes: readonly string[]): EdgeCounts[]
  recount(after: string | null, limit: number): RecountResult
}

/** Creates it on a connection. */
export function createEdgeCountTable(connection: Connection): EdgeCountTable {
  const { run, get, all } = connection

  function changeNode({ node, kind }: { node: string; kind: number }, by: EdgeCounts): void {
    run(edgeCountStatements.change, { node, kind, out: by.out, in: by.in })
    if (by.out < 0 || by.in < 0) run(edgeCountStatements.forget, { node, kind })
  }

  function stored(kind: number, nodes: readonly string[]): EdgeCounts[] {
    const rows = all<CountRow>(edgeCountStatements.byNodes, { kind, nodes: JSON.stringify(nodes) })
    const byNode = new Map(rows.map((row) => [row.node, row]))
    return nodes.map((node) => countsFrom(byNode.get(node)))
  }

  function compare(node: string): CountDifference[] {
    return (JSON.parse(allKinds) as number[]).flatMap((number) => {
      const [before = countsFrom(null)] = stored(number, [node])
      const counted = countsFrom(get<CountRow>(edgeCountStatements.count, { kind: number, node }))
      const same = before.out === counted.out && before.in === counted.in
      return same ? [] : [{ kind: fromKindNumber(number), node, stored: before, counted }]
    })
  }

  return {
    change({ kind, from, to }, by) {
      changeNode({ node: from, kind }, { out: by, in: 0 })
      changeNode({ node: to, kind }, { out: 0, in: by })
    },
    read: (kind, nodes) => stored(toKindNumber(kind), nodes),
    recount: (after, limit) =>
      recount(
        connection,
        {
          following: (node) =>
            get<{ node: string | null }>(edgeCountStatements.following, { node, kinds: allKinds })?.node ??
            null,
          compare,
          correct({ kind, node, stored: before, counted }) {
            if (kind === 'post') return
            const by = { out: counted.out - before.out, in: counted.in - before.in }
            changeNode({ node, kind: toKindNumber(kind) }, by)
          },
        },
        { after, limit },
      ),
  }
}

function countsFrom(row: CountRow | null | undefined): EdgeCounts {
  return { out: row?.out_count ?? 0, in: row?.in_count ?? 0 }
}
