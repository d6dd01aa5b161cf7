import { type AddEdgeResult, edgeEnds, type EdgeRecord, type EdgeStore } from '@kith/core/ports'
import type { Collections } from './collections.ts'
import type { Call } from './connection.ts'
import {
  countChange,
  countsFrom,
  type EdgeDocument,
  edgeKey,
  edgesOf,
  edgesToTurn,
  hiddenValues,
  keysOf,
  sides,
} from './edge-document.ts'
import { countAll, nodesAt } from './edge-nodes.ts'
import { countEdges } from './edge-recount.ts'
import type { PostDocument } from './post-document.ts'
import { isDuplicate } from './storage-error.ts'
import { living, type UserDocument } from './user-document.ts'

/** A node that is to be hidden, or shown again. */
interface Turn {
  node: string
  hidden: boolean
}

/** Adds an edge with its counts, if both ends live. */
export async function addEdge(call: Call, edge: EdgeRecord): Promise<AddEdgeResult> {
  if (!call.transactional) return await addAlone(call, edge)
  for (let isHidden = false; ; isHidden = true) {
    const count = await call.atomically([edge.from, edge.to], async (within, abort) => {
      const counted = (await inserted(within, edge)) ? await countNew(within, edge, isHidden) : null
      if (counted === null) await abort()
      return counted
    })
    if (count !== null) return { outcome: 'added', count }
    const why = await whyNot(call, edge)
    if (why) return why
  }
}

/**
 * On a standalone: adds the edge first and looks at its ends then. Whoever marks an end as gone, hides it or shows it again after
 * that finds the edge.
 */
async function addAlone(call: Call, edge: EdgeRecord): Promise<AddEdgeResult> {
  const { edges } = call.collections
  const added = await inserted(call.collections, edge)
  const own = { ...edgeKey(edge), id: edge.id }
  for (let before = 0; ;) {
    const { gone, hidden } = await lookAtEnds(call.collections, edge)
    if (gone) {
      if (added) await edges.remove(own)
      return { outcome: 'gone', end: gone }
    }
    if (!added || hidden === before) break
    await edges.update({ ...own, hidden: before }, { $set: { hidden } })
    before = hidden
  }
  return { outcome: added ? 'added' : 'already', count: await countAt(call, edge) }
}

/** Removes an edge with its counts. */
export async function removeEdge(call: Call, edge: Omit<EdgeRecord, 'id'>): ReturnType<EdgeStore['remove']> {
  const { kind, from, to } = edge
  const [removed, end] = await call.atomically([from, to], async (within, abort) => {
    const row = await within.edges.take(edgeKey(edge))
    if (!row) await abort()
    if (row?.hidden !== 0 || !call.transactional) return [row !== null, null]
    await nodesAt(within, kind, 'from').update({ _id: from }, countChange(kind, 'out', -1))
    return [true, await nodesAt(within, kind, 'to').change({ _id: to }, countChange(kind, 'in', -1))]
  })
  return { removed, count: end ? countsFrom(end, kind).in : await countAt(call, edge) }
}

/** Hides an account or shows it again, one step. */
export function turnNode(call: Call, turn: Turn, limit: number): Promise<number> {
  const { node, hidden } = turn
  const smaller = createShrinking(limit)
  return call.atomically([node], async (within, abort) => {
    const { users, edges } = within
    const state = hidden
      ? await users.change({ _id: node }, { $set: { hidden, marked: true }, $inc: { changes: 1 } })
      : await users.change({ _id: node, marked: true }, { $set: { hidden }, $inc: { changes: 1 } })
    if (!state && call.transactional) {
      await abort()
      return 0
    }
    for (;;) {
      const rows = await edgesToTurn(edges, turn, smaller())
      const turned = await turnAll(call, within, { rows, turn })
      if (turned > 0) return turned
      // None where others were first, on a standalone.
      if (rows.length > 0) continue
      if (!hidden) await users.update({ _id: node, hidden }, { $unset: { hidden: '', marked: '' } })
      return 0
    }
  })
}

/** Removes edges of a node that is gone, one step. */
export function dropEdges(call: Call, node: string, limit: number): Promise<number> {
  const smaller = createShrinking(limit)
  return call.atomically([node], async (within) => {
    for (;;) {
      const rows = await edgesOf(within.edges, node, smaller())
      if (rows.length === 0) {
        await within.users.update({ _id: node, marked: true }, { $unset: { hidden: '', marked: '' } })
        return 0
      }
      const removed = await within.edges.removeAll(keysOf(rows))
      if (call.transactional) await countAll(within, rows.filter(isSeen), -1)
      if (removed > 0) return removed
    }
  })
}

/** Whoever changes many counts at once is often in the way of others: with each attempt he takes half as many. */
function createShrinking(limit: number): () => number {
  let next = limit
  return () => {
    const size = next
    next = Math.ceil(next / 2)
    return size
  }
}

function isSeen({ hidden }: EdgeDocument): boolean {
  return hidden === 0
}

/** How many edges of its kind end where an edge ends. */
async function countAt(
  { collections, transactional }: Call,
  { kind, to }: Pick<EdgeRecord, 'kind' | 'to'>,
): Promise<number> {
  const counts = transactional
    ? await nodesAt(collections, kind, 'to').first({ _id: to })
    : (await countEdges(collections, to, kind)).get(to)
  return countsFrom(counts, kind).in
}

async function inserted({ edges }: Collections, edge: EdgeRecord): Promise<boolean> {
  try {
    await edges.insert({ ...edgeKey(edge), ...edge, hidden: 0 })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

/**
 * Counts an edge that was just inserted at both ends, which decides whether they live; `null` where one does not. Who is about to be
 * deleted or banned changes the same documents. Only with `isHidden` it looks whether an end is hidden: then the edge is hidden and
 * not counted.
 */
async function countNew(within: Collections, edge: EdgeRecord, isHidden: boolean): Promise<number | null> {
  const { kind, from, to } = edge
  const counting = { $inc: { [`${kind}.out`]: 1, changes: 1 } } as object
  const shown = isHidden ? {} : { hidden: { $ne: true } as const }
  const { users, posts } = within
  const toPost = edgeEnds[kind].to === 'post'
  const post = toPost
    ? await posts.change({ _id: to, state: 'live' }, countChange(kind, 'in', 1) as object)
    : null
  if (toPost && !post) return null
  // The author is looked at in the command that counts at the start, and not changed.
  const starts = [
    { filter: { _id: from, ...living, ...shown }, update: counting },
    ...(post ? [{ filter: { _id: post.authorId, ...living }, update: untouched }] : []),
  ]
  if ((await users.updateEach(starts)) < starts.length) return null
  // Last, because this one may be wanted by many.
  const user = toPost
    ? null
    : await users.change({ _id: to, ...living, ...shown }, countChange(kind, 'in', 1) as object)
  if (!toPost && !user) return null
  const count = countsFrom(post ?? user, kind).in
  const hidden = isHidden ? (await lookAtEnds(within, edge)).hidden : 0
  if (hidden === 0) return count
  await within.edges.update(edgeKey(edge), { $set: { hidden } })
  await countAll(within, [edge], -1)
  return count - 1
}

/** Changes nothing, so it is in nobody's way. */
const untouched = Object.freeze({ $unset: { nothing: '' } }) as object

/** Why an edge was not added; `null` where it is none of the reasons, or not any more. */
async function whyNot(call: Call, edge: EdgeRecord): Promise<AddEdgeResult | null> {
  const { gone } = await lookAtEnds(call.collections, edge)
  if (gone) return { outcome: 'gone', end: gone }
  if (!(await call.collections.edges.first(edgeKey(edge)))) return null
  return { outcome: 'already', count: await countAt(call, edge) }
}

/** Which end of an edge does not live, the later one first, and what `hidden` of the edge has to be. */
async function lookAtEnds(
  { users, posts }: Collections,
  { kind, from, to }: EdgeRecord,
): Promise<{ gone: 'from' | 'to' | null; hidden: number }> {
  const toPost = edgeEnds[kind].to === 'post'
  const post: PostDocument | null = toPost ? await posts.first({ _id: to, state: 'live' }) : null
  const owner = toPost ? (post?.authorId ?? null) : to
  const ids = owner === null ? [from] : [from, owner]
  const found: UserDocument[] = await users.find({ _id: { $in: ids }, ...living })
  const [start, end] = [from, owner].map((id) => found.find(({ _id }) => _id === id))
  const gone = !end ? 'to' : !start ? 'from' : null
  return { gone, hidden: (start?.hidden ? 1 : 0) + (!toPost && end?.hidden ? 2 : 0) }
}

/** Turns edges that were found, and answers how many. The condition is looked at again for each, for a standalone. */
async function turnAll(
  { transactional }: Call,
  within: Collections,
  { rows, turn: { node, hidden } }: { rows: readonly EdgeDocument[]; turn: Turn },
): Promise<number> {
  const counted: EdgeDocument[] = []
  let turned = 0
  for (const { field, bit } of sides) {
    const wrong = rows.filter((row) => row[field] === node && ((row.hidden & bit) !== 0) !== hidden)
    if (wrong.length === 0) continue
    const filter = { ...keysOf(wrong), hidden: hiddenValues(bit, !hidden) }
    turned += await within.edges.updateAll(filter, { $inc: { hidden: hidden ? bit : -bit } })
    counted.push(...wrong.filter((row) => (hidden ? row.hidden === 0 : row.hidden === bit)))
  }
  if (transactional) await countAll(within, counted, hidden ? -1 : 1)
  return turned
}
