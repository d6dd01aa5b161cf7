import {
  type AddEdgeResult,
  edgeEnds,
  type EdgeRecord,
  type EdgeStore,
  type FollowResult,
  type OutboxRows,
} from '@kith/core/ports'
import type { Connection } from './database.ts'
import { createEdgeCountTable } from './edge-counts.ts'
import { createEdgeHiding } from './edge-hiding.ts'
import { fromKindNumber, toKindNumber } from './edge-kinds.ts'
import { createEdgeLists } from './edge-lists.ts'
import { fromHex, listOf, toStored, toStoredList } from './ids.ts'
import { beforeOrEnd } from './keyset.ts'
import { livingPost, livingUser } from './living.ts'
import { addToOutbox } from './outbox-store.ts'

interface EdgeRow {
  id: string
  kind: number
  from_id: string
  to_id: string
}

type EdgeStatement =
  | 'addToUser'
  | 'addToPost'
  | 'endsAtUser'
  | 'endsAtPost'
  | 'named'
  | 'remove'
  | 'listOut'
  | 'listOutIndexed'
  | 'listIn'
  | 'amongOut'
  | 'amongIn'

/** Adds an edge between two live ends. */
const add = (end: string): string => `INSERT INTO kith_edges (kind, from_id, to_id, id, hidden, listed)
    SELECT @kind, @from, @to, @id, EXISTS (SELECT 1 FROM kith_hidden_nodes WHERE node = @from AND hidden = 1)
        + 2 * EXISTS (SELECT 1 FROM kith_hidden_nodes WHERE node = @to AND hidden = 1),
      coalesce((SELECT listed FROM kith_edges WHERE kind = @kind AND from_id = @from LIMIT 1), 0)
    WHERE ${livingUser('@from')} AND ${end}
    ON CONFLICT (kind, from_id, to_id) DO NOTHING RETURNING hidden`
const ends = (end: string): string => `SELECT ${livingUser('@from')} AS starts, ${end} AS stops`

const list = (
  condition: string,
): string => `SELECT hex(id) AS id, kind, hex(from_id) AS from_id, hex(to_id) AS to_id
  FROM kith_edges WHERE kind = @kind AND ${condition} AND hidden = 0 AND id < @before
  ORDER BY kith_edges.id DESC LIMIT @limit`

/** The statements about single edges and lists of them. */
export const edgeStatements: Readonly<Record<EdgeStatement, string>> = Object.freeze({
  addToUser: add(livingUser('@to')),
  addToPost: add(livingPost('@to')),
  endsAtUser: ends(livingUser('@to')),
  endsAtPost: ends(livingPost('@to')),
  named: `SELECT hex(id) AS id FROM kith_users
    WHERE username = @username AND deleted_at IS NULL AND banned_at IS NULL`,
  remove: 'DELETE FROM kith_edges WHERE kind = @kind AND from_id = @from AND to_id = @to RETURNING hidden',
  listOut: list('from_id = @node'),
  listOutIndexed: list('from_id = @node AND listed = 1'),
  listIn: list('to_id = @node'),
  // The + keeps SQLite from reading all edges of a node from an index instead of seeking the requested few.
  amongOut: `SELECT hex(to_id) AS node FROM kith_edges
    WHERE kind = @kind AND from_id = @node AND to_id IN ${listOf('others')} AND +hidden = 0`,
  amongIn: `SELECT hex(from_id) AS node FROM kith_edges
    WHERE kind = @kind AND from_id IN ${listOf('others')} AND to_id = @node AND +hidden = 0`,
})

/** Creates the edge store on a connection. */
export function createEdgeStore(connection: Connection): EdgeStore {
  const { get, all, read, atomically } = connection
  const lists = createEdgeLists(connection)
  const counts = createEdgeCountTable(connection, lists)
  const hiding = createEdgeHiding(connection, counts, lists)

  function add({ id, kind, from, to }: EdgeRecord, outbox: OutboxRows | undefined): AddEdgeResult {
    const toPost = edgeEnds[kind].to === 'post'
    const edge = { kind: toKindNumber(kind), from: toStored(from), to: toStored(to) }
    const sql = toPost ? edgeStatements.addToPost : edgeStatements.addToUser
    const [row] = all<{ hidden: number }>(sql, { ...edge, id: toStored(id) })
    if (row) {
      if (outbox) addToOutbox(connection, outbox())
      return { outcome: 'added', count: row.hidden === 0 ? counts.add(edge) : counts.into(edge) }
    }
    const live = get<{ starts: number; stops: number }>(
      toPost ? edgeStatements.endsAtPost : edgeStatements.endsAtUser,
      { from: edge.from, to: edge.to },
    )
    if (!live?.stops) return { outcome: 'gone', end: 'to' }
    if (!live.starts) return { outcome: 'gone', end: 'from' }
    return { outcome: 'already', count: counts.into(edge) }
  }

  return {
    add: (edge, outbox) => atomically(() => add(edge, outbox)),
    follow: ({ id, from, username }, outbox) =>
      atomically((): FollowResult => {
        const named = get<{ id: string }>(edgeStatements.named, { username })
        if (!named) return { outcome: 'gone', end: 'to' }
        const to = fromHex(named.id)
        if (to === from) return { outcome: 'self' }
        const result = add({ id, kind: 'follow', from, to }, outbox && (() => outbox(to)))
        return result.outcome === 'gone' ? result : { ...result, to }
      }),
    remove({ kind, from, to }, outbox) {
      const edge = { kind: toKindNumber(kind), from: toStored(from), to: toStored(to) }
      return atomically(() => {
        const [row] = all<{ hidden: number }>(edgeStatements.remove, edge)
        if (row && outbox) addToOutbox(connection, outbox())
        if (row?.hidden === 0) counts.change([{ kind: edge.kind, from, to }], -1)
        return { removed: row !== undefined, count: counts.into(edge) }
      })
    },
    list({ kind, side, node }, { limit, before }) {
      const range = { kind: toKindNumber(kind), node: toStored(node), before: beforeOrEnd(before), limit }
      const sqlOut = (): string =>
        lists.isIndexed(range) ? edgeStatements.listOutIndexed : edgeStatements.listOut
      return read(() => all<EdgeRow>(side === 'in' ? edgeStatements.listIn : sqlOut(), range).map(edgeFrom))
    },
    among({ kind, side, node }, others) {
      const sql = side === 'out' ? edgeStatements.amongOut : edgeStatements.amongIn
      const values = { kind: toKindNumber(kind), node: toStored(node), others: toStoredList(others) }
      return read(() => all<{ node: string }>(sql, values).map((row) => fromHex(row.node)))
    },
    counts: (kind, nodes) => read(() => counts.read(kind, nodes)),
    setHidden: async (node, hidden, limit) => hiding.setHidden(node, hidden, limit),
    hiddenNodes: async (keyset) => hiding.hiddenNodes(keyset),
    drop: async (node, limit) => hiding.drop(node, limit),
    recount: async (after, limit) => counts.recount(after, limit),
  }
}

function edgeFrom(row: EdgeRow): EdgeRecord {
  return {
    id: fromHex(row.id),
    kind: fromKindNumber(row.kind),
    from: fromHex(row.from_id),
    to: fromHex(row.to_id),
  }
}
