/** The conflict that every change of a count but the first is. */
const changing = `ON CONFLICT (node, kind) DO UPDATE SET outgoing = counts.outgoing + excluded.outgoing,
        incoming = counts.incoming + excluded.incoming
      RETURNING node, incoming`
const into = 'INSERT INTO kith.edge_counts AS counts (node, kind, outgoing, incoming)'

/**
 * Counts one edge at both of its ends, as the last part of the statement that has changed it. `edge` is its name there,
 * and `by` is the change of its counts. The row of the lower id comes first, so two changes never deadlock. It sorts
 * and groups nothing, since planning that takes longer than all the rest.
 */
export function countingOne(edge: string, by: '+' | '-'): string {
  const [lower, higher] = [`${by}(from_id <= to_id)::int`, `${by}(from_id >= to_id)::int`]
  return `${into}
      SELECT least(from_id, to_id), kind, ${lower}, ${higher} FROM ${edge} WHERE hidden = 0
      UNION ALL SELECT greatest(from_id, to_id), kind, ${by}(from_id > to_id)::int, ${by}(from_id < to_id)::int
        FROM ${edge} WHERE hidden = 0 AND from_id <> to_id
      ${changing}`
}

/** The same for many edges that match a condition. The rows of counts are locked in the order of their keys. */
export function countingAll(edges: string, by: '+' | '-', where: string): string {
  return `${into}
      SELECT ends.node, kind, sum(ends.outgoing), sum(ends.incoming) FROM ${edges}
        CROSS JOIN LATERAL (VALUES (from_id, ${by}1, 0), (to_id, 0, ${by}1)) AS ends (node, outgoing, incoming)
        WHERE ${where} GROUP BY ends.node, kind ORDER BY ends.node, kind
      ${changing}`
}
