import type { EdgeCounts, EdgeKind, RecountResult } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { allKinds, fromKindNumber, kindNumbers, toKindNumber } from './edge-kinds.ts'
import type { CountedList, KindCounts } from './long-counts.ts'
import { recount } from './recount.ts'

interface CountRow {
  node: string
  outgoing: number
  incoming: number
}

type CountStatement =
  'change' | 'forget' | 'byNodes' | 'stored' | 'longer' | 'count' | 'longOut' | 'longIn' | 'following'

/** For each kind and side, by number and field. One statement with all of them costs half as much as one for each. */
const sides = kindNumbers.flatMap((kind) => [
  { kind, side: 'out', where: `kind = ${kind} AND from_id = @node AND hidden = 0` } as const,
  { kind, side: 'in', where: `kind = ${kind} AND to_id = @node AND hidden = 0` } as const,
])

/** Every statement about the counts of edges. A node without edges has no row. */
export const edgeCountStatements: Readonly<Record<CountStatement, string>> = Object.freeze({
  change: `INSERT INTO kith_edge_counts (kind, node, outgoing, incoming) VALUES (@kind, @node, @out, @in)
      ON CONFLICT (kind, node) DO UPDATE SET outgoing = outgoing + excluded.outgoing,
        incoming = incoming + excluded.incoming`,
  forget:
    'DELETE FROM kith_edge_counts WHERE kind = @kind AND node = @node AND outgoing = 0 AND incoming = 0',
  byNodes: `SELECT node, outgoing, incoming FROM kith_edge_counts
      WHERE kind = @kind AND node IN (SELECT value FROM json_each(@nodes))`,
  stored: `SELECT kind, outgoing, incoming FROM kith_edge_counts
    WHERE kind IN (${kindNumbers.join(', ')}) AND node = @node`,
  // Looks for one more than so many, and at no others.
  longer: `SELECT coalesce(${sides
    .map(({ where }) => `(SELECT 1 FROM kith_edges WHERE ${where} LIMIT 1 OFFSET @most)`)
    .join(', ')}, 0) AS longer`,
  count: `SELECT ${sides
    .map(({ kind, side, where }) => `(SELECT count(*) FROM kith_edges WHERE ${where}) AS ${side}${kind}`)
    .join(', ')}`,
  longOut: `SELECT count(*) AS things, max(id) AS last FROM (SELECT id FROM kith_edges
    WHERE kind = @kind AND from_id = @node AND hidden = 0 AND id > @position ORDER BY id LIMIT @limit)`,
  longIn: `SELECT count(*) AS things, max(id) AS last FROM (SELECT id FROM kith_edges
    WHERE kind = @kind AND to_id = @node AND hidden = 0 AND id > @position ORDER BY id LIMIT @limit)`,
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
  /** Counts edges at both of their ends: 1 when they became visible, -1 when they no longer are. */
  change(edges: readonly CountedEdge[], by: 1 | -1): void
  /** The counts of these nodes, in their order. */
  read(kind: EdgeKind, nodes: readonly string[]): EdgeCounts[]
  recount(after: string | null, limit: number): Promise<RecountResult>
}

/** Each list of edges of a node. */
const lists: readonly CountedList[] = kindNumbers.flatMap((number) => [
  { number, kind: fromKindNumber(number), side: 'out', sql: edgeCountStatements.longOut } as const,
  { number, kind: fromKindNumber(number), side: 'in', sql: edgeCountStatements.longIn } as const,
])

/** Creates it on a connection. */
export function createEdgeCountTable(connection: Connection): EdgeCountTable {
  const { run, get, all } = connection

  function changeNode({ node, kind }: { node: string; kind: number }, by: EdgeCounts): void {
    run(edgeCountStatements.change, { node, kind, out: by.out, in: by.in })
    if (by.out < 0 || by.in < 0) run(edgeCountStatements.forget, { node, kind })
  }

  function storedOf(node: string): KindCounts {
    const rows = all<CountRow & { kind: number }>(edgeCountStatements.stored, { node })
    return new Map(
      rows.map(({ kind, outgoing, incoming }) => [fromKindNumber(kind), { out: outgoing, in: incoming }]),
    )
  }

  function countOf(node: string): KindCounts {
    const row = get<Record<string, number>>(edgeCountStatements.count, { node })
    return new Map(
      kindNumbers.map((number) => [
        fromKindNumber(number),
        { out: row?.[`out${number}`] ?? 0, in: row?.[`in${number}`] ?? 0 },
      ]),
    )
  }

  return {
    change(edges, by) {
      const nodes = new Map<string, { node: string; kind: number; out: number; in: number }>()
      function add(kind: number, node: string, end: 'out' | 'in'): void {
        const key = `${kind} ${node}`
        const counts = nodes.get(key) ?? { node, kind, out: 0, in: 0 }
        counts[end] += by
        nodes.set(key, counts)
      }
      for (const { kind, from, to } of edges) {
        add(kind, from, 'out')
        add(kind, to, 'in')
      }
      for (const { node, kind, ...counts } of nodes.values()) changeNode({ node, kind }, counts)
    },
    read(kind, nodes) {
      const values = { kind: toKindNumber(kind), nodes: JSON.stringify(nodes) }
      const rows = all<CountRow>(edgeCountStatements.byNodes, values)
      const byNode = new Map(rows.map((row) => [row.node, { out: row.outgoing, in: row.incoming }]))
      return nodes.map((node) => byNode.get(node) ?? { out: 0, in: 0 })
    },
    recount: (after, limit) =>
      recount(
        connection,
        {
          following: (node) =>
            get<{ node: string | null }>(edgeCountStatements.following, { node, kinds: allKinds })?.node ??
            null,
          isLonger: (node, most) =>
            get<{ longer: number }>(edgeCountStatements.longer, { node, most })?.longer === 1,
          stored: storedOf,
          count: countOf,
          lists,
          correct({ kind, node, stored, counted }) {
            if (kind === 'post') return
            const by = { out: counted.out - stored.out, in: counted.in - stored.in }
            changeNode({ node, kind: toKindNumber(kind) }, by)
          },
        },
        { after, limit },
      ),
  }
}
