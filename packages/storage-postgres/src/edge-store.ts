import {
  type AddEdgeResult,
  edgeEnds,
  type EdgeRecord,
  type EdgeStore,
  type FollowResult,
  type OutboxRows,
} from '@kith/core/ports'
import type { Connection, Statements } from './connection.ts'
import type { Values } from './values.ts'
import { countingOne } from './edge-counting.ts'
import { createEdgeCountTable } from './edge-counts.ts'
import { createEdgeHiding } from './edge-hiding.ts'
import { fromKindNumber, toKindNumber } from './edge-kinds.ts'
import { beforeOrEnd, toId, toIds } from './ids.ts'
import { lives } from './living.ts'
import { addToOutbox, writing } from './outbox-store.ts'

interface EdgeRow {
  id: string
  kind: number
  from_id: string
  to_id: string
}

/** An edge that was added or removed. */
interface ChangedRow {
  to_id: string
  /** How many end at its end now; NULL if it is hidden, so that nothing was counted. */
  count: number | null
}

/** What is at both ends of an edge. */
interface FoundRow {
  starts: boolean
  /** What it ends at, if that is live. */
  to_id: string | null
  /** Whether the edge exists. */
  known: boolean
  count: number
}

/** The result of adding one: that of {@link EdgeStore.add}, with its end. */
type Added =
  { outcome: 'added' | 'already'; to: string; count: number } | { outcome: 'gone'; end: 'from' | 'to' }

type EdgeStatement =
  | 'addToUser'
  | 'addToPost'
  | 'follow'
  | 'endsAtUser'
  | 'endsAtPost'
  | 'endsAtName'
  | 'remove'
  | 'into'
  | 'listOut'
  | 'listIn'
  | 'amongOut'
  | 'amongIn'

const livingUser = (condition: string): string => `SELECT id, hidden FROM kith.users AS person
      WHERE ${condition} AND ${lives('person')}`
const livingPost = `SELECT post.id, false AS hidden FROM kith.posts AS post JOIN kith.users AS author ON author.id = post.author_id
      WHERE post.id = @to AND NOT post.removed AND ${lives('author')}`
const named = 'username = @username'
const bit = (end: string): string => `coalesce(${end}.hidden, false)::int`
const countAt = (node: string): string =>
  `SELECT incoming FROM kith.edge_counts WHERE node = ${node} AND kind = @kind`

/**
 * Adds an edge between two live ends, whose rows stay locked until it is committed; one that was changed before it was
 * locked is checked as it is then. All edges to one end wait for each other at its row, as they would at its count: in
 * order of arrival, and so do the deletion of an account, its hiding and the removal of a post. With a shared lock
 * there, as edges have at their start, these would wait for as long as new edges arrive.
 */
const adding = (end: string, condition = 'true'): string => `WITH starts AS (
      ${livingUser('id = @from')} FOR KEY SHARE
    ), stops AS (
      ${end}
    ), added AS (
      INSERT INTO kith.edges (from_id, kind, to_id, id, hidden)
      SELECT starts.id, @kind::smallint, stops.id, @id::uuid, ${bit('starts')} + 2 * ${bit('stops')}
        FROM starts, stops WHERE ${condition}
      ON CONFLICT (from_id, kind, to_id) DO NOTHING RETURNING from_id, kind, to_id, hidden
    ), counted AS (
      ${countingOne('added', '+')}
    )
    SELECT to_id, incoming AS count FROM added LEFT JOIN counted ON node = to_id`

/** Determines why an edge was not added. */
const finding = (
  end: string,
): string => `SELECT EXISTS (${livingUser('id = @from')}) AS starts, stops.id AS to_id,
      EXISTS (SELECT 1 FROM kith.edges WHERE from_id = @from AND kind = @kind AND to_id = stops.id) AS known,
      coalesce((${countAt('stops.id')}), 0) AS count
    FROM (VALUES (1)) AS one LEFT JOIN (${end}) AS stops ON true`

const list = (condition: string): string => `SELECT id, kind, from_id, to_id FROM kith.edges
  WHERE kind = @kind AND ${condition} AND hidden = 0 AND id < @before ORDER BY id DESC LIMIT @limit`

/** The statements about single edges and lists of them. */
export const edgeStatements: Readonly<Record<EdgeStatement, string>> = Object.freeze({
  addToUser: adding(`${livingUser('id = @to')} FOR NO KEY UPDATE`),
  addToPost: adding(`${livingPost} FOR NO KEY UPDATE OF post`),
  follow: adding(`${livingUser(named)} FOR NO KEY UPDATE`, 'starts.id <> stops.id'),
  endsAtUser: finding(livingUser('id = @to')),
  endsAtPost: finding(livingPost),
  endsAtName: finding(livingUser(named)),
  remove: `WITH removed AS (
      DELETE FROM kith.edges WHERE from_id = @from AND kind = @kind AND to_id = @to RETURNING from_id, kind, to_id, hidden
    ), counted AS (
      ${countingOne('removed', '-')}
    )
    SELECT to_id, incoming AS count FROM removed LEFT JOIN counted ON node = to_id`,
  into: countAt('@to'),
  listOut: list('from_id = @node'),
  listIn: list('to_id = @node'),
  amongOut: `SELECT to_id AS node FROM kith.edges
    WHERE kind = @kind AND from_id = @node AND to_id = ANY (@others::uuid[]) AND hidden = 0`,
  amongIn: `SELECT from_id AS node FROM kith.edges
    WHERE kind = @kind AND from_id = ANY (@others::uuid[]) AND to_id = @node AND hidden = 0`,
})

/** Creates the edge store on a connection. */
export function createEdgeStore(connection: Connection): EdgeStore {
  const { all } = connection.shown
  const counts = createEdgeCountTable(connection)
  const hiding = createEdgeHiding(connection)

  return {
    add: ({ id, kind, from, to }, outbox) =>
      writing(connection, outbox, async (statements): Promise<AddEdgeResult> => {
        const edge = { id: toId(id), kind: toKindNumber(kind), from: toId(from), to: toId(to) }
        const result = await add(statements, edge, edgeEnds[kind].to === 'post' ? toPost : toUser)
        if (result.outcome === 'gone') return result
        if (result.outcome === 'added' && outbox) await addToOutbox(statements, outbox())
        return { outcome: result.outcome, count: result.count }
      }),
    follow: ({ id, from, username }, outbox) =>
      writing(connection, outbox, async (statements): Promise<FollowResult> => {
        const edge = { id: toId(id), kind: toKindNumber('follow'), from: toId(from), username }
        const result = await add(statements, edge, toName)
        if (result.outcome !== 'gone' && result.to === from) return { outcome: 'self' }
        if (result.outcome === 'added' && outbox) await addToOutbox(statements, outbox(result.to))
        return result
      }),
    remove: ({ kind, from, to }, outbox) =>
      writing(connection, outbox, async (statements) => {
        const edge = { kind: toKindNumber(kind), from: toId(from), to: toId(to) }
        const row = await statements.get<ChangedRow>(edgeStatements.remove, edge)
        if (row && outbox) await addToOutbox(statements, outbox())
        return { removed: row !== null, count: row?.count ?? (await into(statements, edge)) }
      }),
    async list({ kind, side, node }, { limit, before }) {
      const sql = side === 'out' ? edgeStatements.listOut : edgeStatements.listIn
      const range = { kind: toKindNumber(kind), node: toId(node), before: beforeOrEnd(before), limit }
      return (await all<EdgeRow>(sql, range)).map(edgeFrom)
    },
    async among({ kind, side, node }, others) {
      const sql = side === 'out' ? edgeStatements.amongOut : edgeStatements.amongIn
      const values = { kind: toKindNumber(kind), node: toId(node), others: toIds(others) }
      return (await all<{ node: string }>(sql, values)).map((row) => row.node)
    },
    ...counts,
    ...hiding,
  }
}

/** The end of an edge: the statement that adds it, and the one that determines why it did not. */
interface End {
  adding: string
  finding: string
}

const toUser: End = { adding: edgeStatements.addToUser, finding: edgeStatements.endsAtUser }
const toPost: End = { adding: edgeStatements.addToPost, finding: edgeStatements.endsAtPost }
const toName: End = { adding: edgeStatements.follow, finding: edgeStatements.endsAtName }

/** Adds an edge, or determines why it could not. */
async function add({ get }: Statements, edge: Values, end: End): Promise<Added> {
  for (;;) {
    const row = await get<ChangedRow>(end.adding, edge)
    if (row && row.count !== null) return { outcome: 'added', to: row.to_id, count: row.count }
    const found = await get<FoundRow>(end.finding, edge)
    if (row) return { outcome: 'added', to: row.to_id, count: found?.count ?? 0 }
    if (!found || found.to_id === null) return { outcome: 'gone', end: 'to' }
    if (!found.starts) return { outcome: 'gone', end: 'from' }
    const isThere = found.known || found.to_id === edge['from']
    if (isThere) return { outcome: 'already', to: found.to_id, count: found.count }
    // It existed, or an end did not, when the first statement ran: now it can be added.
  }
}

async function into({ get }: Statements, edge: Values): Promise<number> {
  return (await get<{ incoming: number }>(edgeStatements.into, edge))?.incoming ?? 0
}

function edgeFrom(row: EdgeRow): EdgeRecord {
  return { id: row.id, kind: fromKindNumber(row.kind), from: row.from_id, to: row.to_id }
}
