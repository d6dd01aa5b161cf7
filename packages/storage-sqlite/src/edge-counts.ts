import type { EdgeCounts, EdgeKind, RecountResult } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { allKinds, fromKindNumber, kindNumbers, toKindNumber } from './edge-kinds.ts'
import type { CountedList, KindCounts } from './long-counts.ts'
import type { EdgeLists } from './edge-lists.ts'
import { fromHex, listOf, type StoredId, toStored, toStoredList } from './ids.ts'
import { recount } from './recount.ts'

interface CountRow {
  node: string
  outgoing: number
  incoming: number
}

type CountStatement =
  | 'change'
  | 'add'
  | 'into'
  | 'forget'
  | 'byNodes'
  | 'stored'
  | 'longer'
  | 'count'
  | 'longOut'
  | 'longIn'
  | 'following'

/** For each kind and side, by number and field. One statement with all of them costs half as much as one for each. */
const sides = kindNumbers.flatMap((kind) => [
  { kind, side: 'out', where: `kind = ${kind} AND from_id = @node AND hidden = 0` } as const,
  { kind, side: 'in', where: `kind = ${kind} AND to_id = @node AND hidden = 0` } as const,
])

/** Every statement about the counts of edges. A node without edges has no row. */
export const edgeCountStatements: Readonly<Record<CountStatement, string>> = Object.freeze({
  change: `INSERT INTO kith_edge_counts (kind, node, outgoing, incoming) VALUES (@kind, unhex(@node, '-'), @out, @in)
      ON CONFLICT (kind, node) DO UPDATE SET outgoing = outgoing + excluded.outgoing,
        incoming = incoming + excluded.incoming
      RETURNING outgoing, incoming`,
  // The node at the end comes last, and so does its count.
  add: `INSERT INTO kith_edge_counts (kind, node, outgoing, incoming) VALUES (@kind, @from, 1, 0), (@kind, @to, 0, 1)
      ON CONFLICT (kind, node) DO UPDATE SET outgoing = outgoing + excluded.outgoing,
        incoming = incoming + excluded.incoming
      RETURNING outgoing, incoming`,
  into: 'SELECT incoming FROM kith_edge_counts WHERE kind = @kind AND node = @to',
  forget: `DELETE FROM kith_edge_counts
    WHERE kind = @kind AND node = unhex(@node, '-') AND outgoing = 0 AND incoming = 0`,
  byNodes: `SELECT hex(node) AS node, outgoing, incoming FROM kith_edge_counts
      WHERE kind = @kind AND node IN ${listOf('nodes')}`,
  stored: `SELECT kind, outgoing, incoming FROM kith_edge_counts
    WHERE kind IN (${kindNumbers.join(', ')}) AND node = @node`,
  // Looks for one more than this many, and at no others.
  longer: `SELECT coalesce(${sides
    .map(({ where }) => `(SELECT 1 FROM kith_edges WHERE ${where} LIMIT 1 OFFSET @most)`)
    .join(', ')}, 0) AS longer`,
  count: `SELECT ${sides
    .map(({ kind, side, where }) => `(SELECT count(*) FROM kith_edges WHERE ${where}) AS ${side}${kind}`)
    .join(', ')}`,
  longOut: `SELECT count(*) AS things, hex(max(to_id)) AS last FROM (SELECT to_id FROM kith_edges
    WHERE kind = @kind AND from_id = @node AND hidden = 0 AND to_id > unhex(@position) ORDER BY to_id LIMIT @limit)`,
  longIn: `SELECT count(*) AS things, hex(max(id)) AS last FROM (SELECT id FROM kith_edges
    WHERE kind = @kind AND to_id = @node AND hidden = 0 AND id > unhex(@position) ORDER BY id LIMIT @limit)`,
  // One seek for each kind and side, however many edges a node has.
  following: `SELECT hex(min(node)) AS node FROM (
      SELECT (SELECT min(node) FROM kith_edge_counts WHERE kind = kinds.value AND node > @node) AS node
        FROM json_each(@kinds) AS kinds
      UNION ALL SELECT (SELECT min(from_id) FROM kith_edges WHERE kind = kinds.value AND from_id > @node)
        FROM json_each(@kinds) AS kinds
      UNION ALL SELECT (SELECT min(to_id) FROM kith_edges WHERE kind = kinds.value AND to_id > @node)
        FROM json_each(@kinds) AS kinds)`,
})

/** The edge whose counts change. Its ends are ids, or their `hex`, but the same for all that change together. */
interface CountedEdge {
  kind: number
  from: string
  to: string
}

/** An edge as statement parameters. */
interface StoredEdge {
  kind: number
  from: StoredId
  to: StoredId
}

/** Keeps how many visible edges start and end at each node. Changes are part of the caller's transaction. */
export interface EdgeCountTable {
  /** Counts edges at both of their ends: 1 when they became visible, -1 when they no longer are. */
  change(edges: readonly CountedEdge[], by: 1 | -1): void
  /** Counts one new edge, and returns how many now end at its end. */
  add(edge: StoredEdge): number
  /** How many edges of its kind end at the end of this one. */
  into(edge: StoredEdge): number
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
export function createEdgeCountTable(connection: Connection, edgeLists: EdgeLists): EdgeCountTable {
  const { run, get, all } = connection

  function changeNode({ node, kind }: { node: string; kind: number }, by: EdgeCounts): void {
    const values = { node, kind, out: by.out, in: by.in }
    const [counts] = all<{ outgoing: number; incoming: number }>(edgeCountStatements.change, values)
    if (by.out > 0 && counts) edgeLists.grown({ kind, node: toStored(node) }, counts.outgoing)
    if (counts?.outgoing === 0 && counts.incoming === 0) run(edgeCountStatements.forget, { node, kind })
  }

  function storedOf(node: string): KindCounts {
    const rows = all<CountRow & { kind: number }>(edgeCountStatements.stored, {
      node: toStored(node),
    })
    return new Map(
      rows.map(({ kind, outgoing, incoming }) => [fromKindNumber(kind), { out: outgoing, in: incoming }]),
    )
  }

  function countOf(node: string): KindCounts {
    const row = get<Record<string, number>>(edgeCountStatements.count, { node: toStored(node) })
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
    add({ kind, from, to }) {
      const rows = all<{ outgoing: number; incoming: number }>(edgeCountStatements.add, { kind, from, to })
      edgeLists.grown({ kind, node: from }, rows[0]?.outgoing ?? 0)
      return rows.at(-1)?.incoming ?? 0
    },
    into: ({ kind, to }) => get<{ incoming: number }>(edgeCountStatements.into, { kind, to })?.incoming ?? 0,
    read(kind, nodes) {
      const values = { kind: toKindNumber(kind), nodes: toStoredList(nodes) }
      const rows = all<CountRow>(edgeCountStatements.byNodes, values)
      const byNode = new Map(rows.map((row) => [fromHex(row.node), { out: row.outgoing, in: row.incoming }]))
      return nodes.map((node) => byNode.get(node) ?? { out: 0, in: 0 })
    },
    recount: (after, limit) =>
      recount(
        connection,
        {
          following(node) {
            const values = { node: toStored(node), kinds: allKinds }
            const next = get<{ node: string }>(edgeCountStatements.following, values)?.node
            return next ? fromHex(next) : null
          },
          isLonger: (node, most) =>
            get<{ longer: number }>(edgeCountStatements.longer, { node: toStored(node), most })?.longer === 1,
          stored: storedOf,
          count: countOf,
          lists,
          isSettled: () => true,
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
