import type { CountDifference, EdgeStore } from '@kith/core/ports'
import type { Connection, Statements } from './connection.ts'
import { fromKindNumber, kindNumbers, toKindNumber } from './edge-kinds.ts'
import { toIds } from './ids.ts'
import { recount } from './recount.ts'

interface CountRow {
  node: string
  outgoing: number
  incoming: number
}

interface ComparedRow extends CountRow {
  kind: number
  counted_out: number
  counted_in: number
}

type CountStatement = 'byNodes' | 'compare' | 'correct'

/** The first node after another one that has a count or an edge: one seek in each of three indexes. */
const following = (node: string): string => `(SELECT node FROM (
          (SELECT node FROM kith.edge_counts WHERE node > ${node} ORDER BY node LIMIT 1)
          UNION ALL (SELECT from_id FROM kith.edges WHERE from_id > ${node} ORDER BY from_id LIMIT 1)
          UNION ALL (SELECT to_id FROM kith.edges WHERE to_id > ${node} ORDER BY to_id LIMIT 1)
        ) AS nearest ORDER BY node LIMIT 1)`
/** The stored and the actual count of each kind at a node. */
const compared = (node: string): string => `SELECT kinds.kind, coalesce(stored.outgoing, 0) AS outgoing,
        coalesce(stored.incoming, 0) AS incoming,
        (SELECT count(*) FROM kith.edges WHERE from_id = ${node} AND kind = kinds.kind AND hidden = 0) AS counted_out,
        (SELECT count(*) FROM kith.edges WHERE to_id = ${node} AND kind = kinds.kind AND hidden = 0) AS counted_in
      FROM (VALUES ${kindNumbers.map((kind) => `(${kind}::smallint)`).join(', ')}) AS kinds (kind)
        LEFT JOIN kith.edge_counts AS stored ON stored.node = ${node} AND stored.kind = kinds.kind`
const differs = 'outgoing <> counted_out OR incoming <> counted_in'

/** Every statement about the counts of edges that does not change edges. */
export const edgeCountStatements: Readonly<Record<CountStatement, string>> = Object.freeze({
  byNodes: `SELECT node, outgoing, incoming FROM kith.edge_counts
    WHERE kind = @kind AND node = ANY (@nodes::uuid[])`,
  compare: `WITH RECURSIVE nodes (node, place, things) AS (
      SELECT ${following('@after::uuid')}, 1, 0::bigint
      UNION ALL SELECT ${following('nodes.node')}, place + 1, things
          + (SELECT coalesce(sum(outgoing + incoming), 0) FROM kith.edge_counts AS stored WHERE stored.node = nodes.node)::bigint
        FROM nodes WHERE nodes.node IS NOT NULL AND place <= @limit::int AND things < @most::int
    ), named AS MATERIALIZED (
      SELECT node FROM nodes WHERE node IS NOT NULL AND place <= @limit::int AND things < @most::int
    )
    SELECT count(*) AS checked, (SELECT node FROM named ORDER BY node DESC LIMIT 1) AS last,
      (SELECT count(*) FROM nodes WHERE node IS NOT NULL) > count(*) AS more,
      string_agg(node::text, ',') FILTER (WHERE EXISTS (SELECT 1 FROM (${compared('named.node')}) AS each WHERE ${differs})) AS wrong
    FROM named`,
  correct: `WITH wrong AS MATERIALIZED (SELECT * FROM (${compared('@node::uuid')}) AS each WHERE ${differs}), corrected AS (
      INSERT INTO kith.edge_counts AS counts (node, kind, outgoing, incoming)
      SELECT @node::uuid, kind, counted_out - outgoing, counted_in - incoming FROM wrong ORDER BY kind
      ON CONFLICT (node, kind) DO UPDATE SET outgoing = counts.outgoing + excluded.outgoing,
        incoming = counts.incoming + excluded.incoming
    ) SELECT * FROM wrong ORDER BY kind`,
})

/** Creates the reading and correcting of edge counts, on a connection. */
export function createEdgeCountTable(connection: Connection): Pick<EdgeStore, 'counts' | 'recount'> {
  async function correct({ all }: Statements, node: string): Promise<CountDifference[]> {
    const rows = await all<ComparedRow>(edgeCountStatements.correct, { node })
    return rows.map(({ kind, outgoing, incoming, counted_out, counted_in }) => ({
      kind: fromKindNumber(kind),
      node,
      stored: { out: outgoing, in: incoming },
      counted: { out: counted_out, in: counted_in },
    }))
  }

  return {
    async counts(kind, nodes) {
      const values = { kind: toKindNumber(kind), nodes: toIds(nodes) }
      const rows = await connection.shown.all<CountRow>(edgeCountStatements.byNodes, values)
      const byNode = new Map(rows.map((row) => [row.node, { out: row.outgoing, in: row.incoming }]))
      return nodes.map((node) => byNode.get(node) ?? { out: 0, in: 0 })
    },
    recount: (after, limit) =>
      recount(connection, { compare: edgeCountStatements.compare, correct }, { after, limit }),
  }
}
