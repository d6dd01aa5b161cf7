/** An edge of `changed` that becomes visible, or is no longer, as the counts have it. */
interface Counted {
  /** How a statement calls the edges that it has changed. */
  edges: string
  /** By how much each changes the counts of its ends. */
  by: 1 | -1
  /** Which of them change a count. */
  where: string
}

/**
 * Counts edges at both of their ends, as the last part of the statement that has changed them. Rows of counts are locked in the order of
 * their keys, so that of two changes neither waits for the other.
 */
export function counting({ edges, by, where }: Counted): string {
  return `INSERT INTO kith.edge_counts AS counts (node, kind, outgoing, incoming)
      SELECT ends.node, kind, sum(ends.outgoing), sum(ends.incoming) FROM ${edges}
        CROSS JOIN LATERAL (VALUES (from_id, ${by}, 0), (to_id, 0, ${by})) AS ends (node, outgoing, incoming)
        WHERE ${where} GROUP BY ends.node, kind ORDER BY ends.node, kind
      ON CONFLICT (node, kind) DO UPDATE SET outgoing = counts.outgoing + excluded.outgoing,
        incoming = counts.incoming + excluded.incoming
      RETURNING node, incoming`
}
