import type { CountDifference, EdgeCounts, EdgeKind, RecountResult } from '@kith/core'
import type { Connection } from './database.ts'
import { allKinds, fromKindNumber, kindNumbers, toKindNumber } from './edge-kinds.ts'
import { recount } from './recount.ts'

interface CountRow {
  node: string
  outgoing: number
  incoming: number
}

type CountStatement = 'change' | 'forget' | 'byNodes' | 'count' | 'following'

/** Every statement about the counts of edges. A node without edges has no row. */
export const edgeCountStatements: Readonly<Record<CountStatement, string>> = Object.freeze({
  change: `INSERT INTO kith_edge_counts (kind, node, outgoing, incoming) VALUES (@kind, @node, @out, @in)
      ON CONFLICT (kind, node) DO UPDATE SET outgoing = outgoing + excluded.outgoing,
        incoming = incoming + excluded.incoming`,
  forget:
    'DELETE FROM kith_edge_counts WHERE kind = @kind AND node = @node AND outgoing = 0 AND incoming = 0',
  byNodes: `SELECT node, outgoing, incoming FROM kith_edge_counts
      WHERE kind = @kind AND node IN (SELECT value FROM json_each(@nodes))`,
  count: `SELECT @node AS node,
      (SELECT count(*) FROM kith_edges WHERE kind = @kind AND from_id = @node AND hidden = 0) AS outgoing,
      (SELECT count(*) FROM kith_edges WHERE kind = @kind AND to_id = @node AND hidden = 0) AS incoming`,
  // One seek for each kind and side, however many edges a node has.
  following: `SELECT min(node) AS node FROM (
      SELECT (SELECT min(node) FROM kith_edge_counts WHERE kind = kinds.value AND node > @node) AS node
        FROM json_each(@kinds) AS kinds
      UNION ALL SELECT (SELECT min(from_id) FROM kith_edges WHERE kind = kinds.value AND from_id > @node)
        FROM json_each(@kinds) AS kinds
      UNION ALL SELECT (SELECT min(to_id) FROM kith_edges WHERE kind = kinds.value AND to_id > @node)
        FROM json_each(@kinds) AS kinds)`,
})

/** The edge whose counts change. */
interface CountedEdge {
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
  recount(after: string | null, limit: number): Promise<RecountResult>
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
    return kindNumbers.flatMap((number) => {
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
  return { out: row?.outgoing ?? 0, in: row?.incoming ?? 0 }
}
