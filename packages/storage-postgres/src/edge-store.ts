import {
  type AddEdgeResult,
  edgeEnds,
  type EdgeRecord,
  type EdgeStore,
  type FollowResult,
  type OutboxRows,
} from '@kith/core/ports'
import type { Connection, Statements, Values } from './connection.ts'
import { counting } from './edge-counting.ts'
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

/** What became of an edge, and what the statement saw. */
interface AddedRow {
  added: boolean
  /** Whether the edge was there before. */
  known: boolean
  starts: boolean
  /** What it ends at, if that lives. */
  to_id: string | null
  count: number
}

interface RemovedRow {
  removed: boolean
  known: boolean
  count: number
}

type EdgeStatement =
  'addToUser' | 'addToPost' | 'follow' | 'remove' | 'listOut' | 'listIn' | 'amongOut' | 'amongIn'

/** How the row of an end is locked until the edge is committed. */
type Lock = 'FOR KEY SHARE' | 'FOR NO KEY UPDATE'

const livingUser = (condition: string, lock: Lock): string =>
  `SELECT id, coalesce(hidden, false)::int AS hidden FROM kith.users AS person
      WHERE ${condition} AND ${lives('person')} ${lock}`
const livingPost = `SELECT post.id, 0 AS hidden FROM kith.posts AS post JOIN kith.users AS author ON author.id = post.author_id
      WHERE post.id = @to AND NOT post.removed AND ${lives('author')} FOR NO KEY UPDATE OF post`
const same = (to: string): string => `from_id = @from AND kind = @kind AND to_id = ${to}`

/** The count at the end of an edge: as it was changed, or as the statement found it. */
const countAt = (to: string): string => `coalesce((SELECT incoming FROM counted WHERE node = ${to}),
      (SELECT incoming FROM kith.edge_counts WHERE node = ${to} AND kind = @kind), 0) AS count`

/**
 * Adds an edge between two ends that live, whose rows stay locked until it is committed; one that was changed before its lock was had is
 * looked at as it is then. All edges to one end wait for each other at its row, as they would at its count: in the order in which they
 * came, and so do the deletion of an account, its hiding and the removal of a post. Had they shared the lock there, as edges share that of
 * their start, who waits for the last of them would wait for as long as others come.
 */
const add = (end: string, condition = 'true'): string => `WITH starts AS (
      ${livingUser('id = @from', 'FOR KEY SHARE')}
    ), stops AS (
      ${end}
    ), added AS (
      INSERT INTO kith.edges (from_id, kind, to_id, id, hidden)
      SELECT starts.id, @kind::smallint, stops.id, @id::uuid, starts.hidden + 2 * stops.hidden FROM starts, stops
      WHERE ${condition}
      ON CONFLICT (from_id, kind, to_id) DO NOTHING RETURNING from_id, kind, to_id, hidden
    ), counted AS (
      ${counting({ edges: 'added', by: 1, where: 'added.hidden = 0' })}
    )
    SELECT EXISTS (SELECT 1 FROM added) AS added, EXISTS (SELECT 1 FROM starts) AS starts, stops.id AS to_id,
      NOT EXISTS (SELECT 1 FROM added) AND EXISTS (SELECT 1 FROM kith.edges WHERE ${same('stops.id')}) AS known,
      ${countAt('stops.id')}
    FROM (VALUES (1)) AS one LEFT JOIN stops ON true`

const list = (condition: string): string => `SELECT id, kind, from_id, to_id FROM kith.edges
  WHERE kind = @kind AND ${condition} AND hidden = 0 AND id < @before ORDER BY id DESC LIMIT @limit`

/** The statements about single edges and lists of them. */
export const edgeStatements: Readonly<Record<EdgeStatement, string>> = Object.freeze({
  addToUser: add(livingUser('id = @to', 'FOR NO KEY UPDATE')),
  addToPost: add(livingPost),
  follow: add(livingUser('username = @username', 'FOR NO KEY UPDATE'), 'starts.id <> stops.id'),
  remove: `WITH removed AS (
      DELETE FROM kith.edges WHERE ${same('@to')} RETURNING from_id, kind, to_id, hidden
    ), counted AS (
      ${counting({ edges: 'removed', by: -1, where: 'removed.hidden = 0' })}
    )
    SELECT EXISTS (SELECT 1 FROM removed) AS removed,
      NOT EXISTS (SELECT 1 FROM removed) AND EXISTS (SELECT 1 FROM kith.edges WHERE ${same('@to')}) AS known,
      ${countAt('@to')}`,
  listOut: list('from_id = @node'),
  listIn: list('to_id = @node'),
  amongOut: `SELECT to_id AS node FROM kith.edges
    WHERE kind = @kind AND from_id = @node AND to_id = ANY (@others::uuid[]) AND hidden = 0`,
  amongIn: `SELECT from_id AS node FROM kith.edges
    WHERE kind = @kind AND from_id = ANY (@others::uuid[]) AND to_id = @node AND hidden = 0`,
})

/** Creates the edge store on a connection. */
export function createEdgeStore(connection: Connection): EdgeStore {
  const { all } = connection
  const counts = createEdgeCountTable(connection)
  const hiding = createEdgeHiding(connection)

  /** Runs a statement that adds an edge, until it says what it was that kept it from that. */
  async function add({ get }: Statements, sql: string, values: Values): Promise<AddedRow> {
    for (;;) {
      const row = await get<AddedRow>(sql, values)
      if (!row) throw new TypeError('a statement that always has a row had none')
      // What was added by another call meanwhile is seen the next time.
      if (row.added || row.known || !row.starts || row.to_id === null || row.to_id === values['from'])
        return row
    }
  }

  return {
    add: ({ id, kind, from, to }, outbox) =>
      writing(connection, outbox, async (statements): Promise<AddEdgeResult> => {
        const sql = edgeEnds[kind].to === 'post' ? edgeStatements.addToPost : edgeStatements.addToUser
        const edge = { id: toId(id), kind: toKindNumber(kind), from: toId(from), to: toId(to) }
        const row = await add(statements, sql, edge)
        if (row.added && outbox) await addToOutbox(statements, outbox())
        return resultOf(row)
      }),
    follow: ({ id, from, username }, outbox) =>
      writing(connection, outbox, async (statements): Promise<FollowResult> => {
        const edge = { id: toId(id), kind: toKindNumber('follow'), from: toId(from), username }
        const row = await add(statements, edgeStatements.follow, edge)
        if (row.to_id === null) return { outcome: 'gone', end: 'to' }
        if (row.to_id === from) return { outcome: 'self' }
        if (row.added && outbox) await addToOutbox(statements, outbox(row.to_id))
        const result = resultOf(row)
        return result.outcome === 'gone' ? result : { ...result, to: row.to_id }
      }),
    remove: ({ kind, from, to }, outbox) =>
      writing(connection, outbox, async (statements) => {
        const edge = { kind: toKindNumber(kind), from: toId(from), to: toId(to) }
        const row = await remove(statements, edge)
        if (row.removed && outbox) await addToOutbox(statements, outbox())
        return { removed: row.removed, count: row.count }
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

/** Removes an edge. One that another call has removed meanwhile is looked at again, so that the count is that of after it. */
async function remove({ get }: Statements, edge: Values): Promise<RemovedRow> {
  for (;;) {
    const row = await get<RemovedRow>(edgeStatements.remove, edge)
    if (!row) throw new TypeError('a statement that always has a row had none')
    if (row.removed || !row.known) return row
  }
}

function resultOf({ added, starts, to_id: to, count }: AddedRow): AddEdgeResult {
  if (to === null) return { outcome: 'gone', end: 'to' }
  if (!starts) return { outcome: 'gone', end: 'from' }
  return { outcome: added ? 'added' : 'already', count }
}

function edgeFrom(row: EdgeRow): EdgeRecord {
  return { id: row.id, kind: fromKindNumber(row.kind), from: row.from_id, to: row.to_id }
}
