/** The indexes of edges, except for that of the primary key. */
export const edgeIndexes = `
  CREATE INDEX edges_out ON kith.edges (from_id, kind, hidden, id);
  CREATE INDEX edges_in ON kith.edges (to_id, kind, hidden, id);`

/**
 * How many rows of a table have the same start or end, for the planner: 500, whatever `ANALYZE` finds. Most nodes have
 * a few edges and some have millions, so by the average, reading all edges of a node seems a shorter way to one of them
 * than the primary key.
 */
export function edgeStatistics(table: string): string {
  const columns = ['from_id', 'to_id'].map((name) => `ALTER COLUMN ${name} SET (n_distinct = -0.002)`)
  return `
  ALTER TABLE kith.${table} ${columns.join(', ')};`
}

/**
 * Edges and their counts. `hidden` of an edge is 1 while its start is hidden, plus 2 while its end is. There are no
 * foreign keys: upkeep removes what an account leaves behind, in small steps. Rows of counts are updated in place, for
 * which their pages keep room.
 */
export const edges: string = `
  CREATE TABLE kith.edges (
    from_id uuid NOT NULL,
    to_id uuid NOT NULL,
    id uuid NOT NULL,
    kind smallint NOT NULL,
    hidden smallint NOT NULL,
    PRIMARY KEY (from_id, kind, to_id)
  );
  ${edgeIndexes}${edgeStatistics('edges')}

  CREATE TABLE kith.edge_counts (
    node uuid NOT NULL,
    kind smallint NOT NULL,
    outgoing integer NOT NULL,
    incoming integer NOT NULL,
    PRIMARY KEY (node, kind)
  ) WITH (fillfactor = 70);`
