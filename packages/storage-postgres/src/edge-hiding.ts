import type { EdgeStore, Keyset } from '@kith/core/ports'
import type { Connection, Statements } from './connection.ts'
import { countingAll } from './edge-counting.ts'
import { kindNumbers } from './edge-kinds.ts'
import { beforeOrEnd, toId } from './ids.ts'

type HidingStatement = 'hold' | 'mark' | 'unmark' | 'hiddenNodes' | 'hide' | 'show' | 'drop' | 'forgetNode'

const key = 'from_id, kind, to_id'
const sameKey = (one: string, other: string): string =>
  key
    .split(', ')
    .map((column) => `${one}.${column} = ${other}.${column}`)
    .join(' AND ')
/** That of the indexes of both ends, so that matches are found without reading all edges of the node. */
const inOrder = 'ORDER BY kind, hidden, id'
const known = `kind IN (${kindNumbers.join(', ')})`

/**
 * Finds at most `@limit` edges of a node, and locks them in the order of their keys, as a statement that begins with
 * `WITH`. An edge that was changed meanwhile is checked again as it is then.
 */
const holding = (out: string, into: string): string => `WITH found AS MATERIALIZED (
      SELECT DISTINCT ${key} FROM (
        (SELECT ${key} FROM kith.edges WHERE from_id = @node AND ${known} AND ${out} ${inOrder} LIMIT @limit::int)
        UNION ALL (SELECT ${key} FROM kith.edges WHERE to_id = @node AND ${known} AND ${into} ${inOrder} LIMIT @limit::int)
      ) AS either ORDER BY ${key} LIMIT @limit::int
    ), held AS MATERIALIZED (
      SELECT edge.* FROM found CROSS JOIN LATERAL (
        SELECT ${key} FROM kith.edges AS edge WHERE ${sameKey('edge', 'found')}
          AND (from_id = @node AND ${out} OR to_id = @node AND ${into}) FOR UPDATE
      ) AS edge
    )`
/** How many were found, and how many of them changed. */
const changed = (edges: string): string =>
  `SELECT (SELECT count(*) FROM found) AS found, (SELECT count(*) FROM ${edges}) AS changed`
/** The bit of a node at one of the ends in `hidden`. */
const bits = `(CASE WHEN edge.from_id = @node THEN 1 ELSE 0 END | CASE WHEN edge.to_id = @node THEN 2 ELSE 0 END)`
const turning = (hidden: string): string => `turned AS (
      UPDATE kith.edges AS edge SET hidden = ${hidden} FROM held WHERE ${sameKey('edge', 'held')}
      RETURNING edge.from_id, edge.kind, edge.to_id, edge.hidden, ${bits} AS bits
    )`

/**
 * Every statement that changes all edges of a node. The mark of a node stays until its last edge is shown again, so
 * that interrupted work is found and finished.
 */
export const edgeHidingStatements: Readonly<Record<HidingStatement, string>> = Object.freeze({
  // Waits for calls that are adding an edge there, and blocks new ones.
  hold: 'SELECT hidden FROM kith.users WHERE id = @node FOR UPDATE',
  mark: 'UPDATE kith.users SET hidden = @hidden WHERE id = @node',
  unmark: 'UPDATE kith.users SET hidden = NULL WHERE id = @node AND hidden IS NOT NULL',
  hiddenNodes: `SELECT id FROM kith.users WHERE hidden IS NOT NULL AND id < @before
    ORDER BY id DESC LIMIT @limit`,
  // An edge was visible if it is now hidden by this node alone.
  hide: `${holding('hidden IN (0, 2)', 'hidden IN (0, 1)')}, ${turning(`edge.hidden | ${bits}`)}, counted AS (
      ${countingAll('turned', '-', 'turned.hidden = turned.bits')}
    ) ${changed('turned')}`,
  show: `${holding('hidden IN (1, 3)', 'hidden IN (2, 3)')}, ${turning(`edge.hidden & ~${bits}`)}, counted AS (
      ${countingAll('turned', '+', 'turned.hidden = 0')}
    ) ${changed('turned')}`,
  drop: `${holding('true', 'true')}, dropped AS (
      DELETE FROM kith.edges AS edge USING held WHERE ${sameKey('edge', 'held')}
      RETURNING edge.from_id, edge.kind, edge.to_id, edge.hidden
    ), counted AS (
      ${countingAll('dropped', '-', 'dropped.hidden = 0')}
    ) ${changed('dropped')}`,
  forgetNode: 'DELETE FROM kith.edge_counts WHERE node = @node AND outgoing = 0 AND incoming = 0',
})

interface Changed {
  found: number
  changed: number
}

/** Creates what concerns all edges of a node on a connection. */
export function createEdgeHiding(
  connection: Connection,
): Pick<EdgeStore, 'setHidden' | 'hiddenNodes' | 'drop'> {
  /** Changes edges of a node, and resolves to how many. Edges that others changed first are not found the next time. */
  async function change(
    { get }: Statements,
    sql: string,
    node: { node: string | null; limit: number },
  ): Promise<number> {
    for (;;) {
      const step = await get<Changed>(sql, node)
      if (!step || step.changed > 0 || step.found === 0) return step?.changed ?? 0
    }
  }

  return {
    setHidden(id, hidden, limit) {
      const node = toId(id)
      return connection.atomically(async (statements) => {
        const held = await statements.get<{ hidden: boolean | null }>(edgeHidingStatements.hold, { node })
        if (!held || (held.hidden === null && !hidden)) return 0
        if (held.hidden !== hidden) await statements.run(edgeHidingStatements.mark, { node, hidden })
        const sql = hidden ? edgeHidingStatements.hide : edgeHidingStatements.show
        const turned = await change(statements, sql, { node, limit })
        if (turned === 0 && !hidden) await statements.run(edgeHidingStatements.unmark, { node })
        return turned
      })
    },
    async hiddenNodes({ limit, before }: Keyset) {
      const range = { limit, before: beforeOrEnd(before) }
      return (await connection.all<{ id: string }>(edgeHidingStatements.hiddenNodes, range)).map(
        ({ id }) => id,
      )
    },
    async drop(id, limit) {
      const node = toId(id)
      const dropped = await change(connection, edgeHidingStatements.drop, { node, limit })
      if (dropped > 0) return dropped
      await connection.run(edgeHidingStatements.unmark, { node })
      await connection.run(edgeHidingStatements.forgetNode, { node })
      return 0
    },
  }
}
