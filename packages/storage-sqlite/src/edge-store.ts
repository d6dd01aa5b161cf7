import type { EdgeRecord, EdgeStore } from '@kith/core/ports'
import type { Connection } from './database.ts'
import { createEdgeCountTable } from './edge-counts.ts'
import { createEdgeHiding } from './edge-hiding.ts'
import { fromKindNumber, toKindNumber } from './edge-kinds.ts'
import { afterEveryId } from './keyset.ts'

interface EdgeRow {
  id: string
  kind: number
  from_id: string
  to_id: string
}

type EdgeStatement = 'add' | 'remove' | 'listOut' | 'listIn' | 'amongOut' | 'amongIn'

/** The statements about single edges and lists of them. */
export const edgeStatements: Readonly<Record<EdgeStatement, string>> = Object.freeze({
  add: `INSERT INTO kith_edges (kind, from_id, to_id, id, hidden) VALUES (@kind, @from, @to, @id,
      EXISTS (SELECT 1 FROM kith_hidden_nodes WHERE node = @from AND hidden = 1)
        + 2 * EXISTS (SELECT 1 FROM kith_hidden_nodes WHERE node = @to AND hidden = 1))
    ON CONFLICT (kind, from_id, to_id) DO NOTHING RETURNING hidden`,
  remove: 'DELETE FROM kith_edges WHERE kind = @kind AND from_id = @from AND to_id = @to RETURNING hidden',
  listOut: `SELECT id, kind, from_id, to_id FROM kith_edges
    WHERE kind = @kind AND from_id = @node AND hidden = 0 AND id < @before ORDER BY id DESC LIMIT @limit`,
  listIn: `SELECT id, kind, from_id, to_id FROM kith_edges
    WHERE kind = @kind AND to_id = @node AND hidden = 0 AND id < @before ORDER BY id DESC LIMIT @limit`,
  // The + keeps SQLite from reading all edges of a node off an index instead of seeking the few that are asked for.
  amongOut: `SELECT to_id AS node FROM kith_edges
    WHERE kind = @kind AND from_id = @node AND to_id IN (SELECT value FROM json_each(@others)) AND +hidden = 0`,
  amongIn: `SELECT from_id AS node FROM kith_edges
    WHERE kind = @kind AND from_id IN (SELECT value FROM json_each(@others)) AND to_id = @node AND +hidden = 0`,
})

/** Creates the edge store on a connection. */
export function createEdgeStore(connection: Connection): EdgeStore {
  const { all, read, atomically } = connection
  const counts = createEdgeCountTable(connection)
  const hiding = createEdgeHiding(connection, counts)

  /** Runs a statement on one edge and counts the edge if that made a difference that is seen. */
  function change(
    { kind, from, to, id }: Omit<EdgeRecord, 'id'> & { id?: string },
    sql: string,
    by: 1 | -1,
  ): Promise<{ changed: boolean; count: number }> {
    return atomically(() => {
      const edge = { kind: toKindNumber(kind), from, to }
      const [row] = all<{ hidden: number }>(sql, id === undefined ? edge : { ...edge, id })
      if (row?.hidden === 0) counts.change([edge], by)
      const [{ in: count } = { in: 0 }] = counts.read(kind, [to])
      return { changed: row !== undefined, count }
    })
  }

  return {
    async add(edge) {
      const { changed, count } = await change(edge, edgeStatements.add, 1)
      return { added: changed, count }
    },
    async remove({ kind, from, to }) {
      const { changed, count } = await change({ kind, from, to }, edgeStatements.remove, -1)
      return { removed: changed, count }
    },
    list({ kind, side, node }, { limit, before }) {
      const sql = side === 'out' ? edgeStatements.listOut : edgeStatements.listIn
      const range = { kind: toKindNumber(kind), node, before: before ?? afterEveryId, limit }
      return read(() => all<EdgeRow>(sql, range).map(edgeFrom))
    },
    among({ kind, side, node }, others) {
      const sql = side === 'out' ? edgeStatements.amongOut : edgeStatements.amongIn
      const values = { kind: toKindNumber(kind), node, others: JSON.stringify(others) }
      return read(() => all<{ node: string }>(sql, values).map((row) => row.node))
    },
    counts: (kind, nodes) => read(() => counts.read(kind, nodes)),
    setHidden: async (node, hidden, limit) => hiding.setHidden(node, hidden, limit),
    hiddenNodes: async (keyset) => hiding.hiddenNodes(keyset),
    drop: async (node, limit) => hiding.drop(node, limit),
    recount: async (after, limit) => counts.recount(after, limit),
  }
}

function edgeFrom(row: EdgeRow): EdgeRecord {
  return { id: row.id, kind: fromKindNumber(row.kind), from: row.from_id, to: row.to_id }
}
