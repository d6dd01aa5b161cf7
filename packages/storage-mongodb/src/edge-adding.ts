import {
  type AddEdgeResult,
  edgeEnds,
  type EdgeRecord,
  type FollowResult,
  type NamedFollow,
  type OutboxRows,
} from '@kith/core/ports'
import type { Collections } from './collections.ts'
import type { Call } from './connection.ts'
import { countChange, countsFrom, edgeKey } from './edge-document.ts'
import { countAll, nodesAt } from './edge-nodes.ts'
import { countEdges } from './edge-recount.ts'
import { addToOutbox } from './outbox-rows.ts'
import type { PostDocument } from './post-document.ts'
import { isDuplicate } from './storage-error.ts'
import { isLiving, living, type UserDocument } from './user-document.ts'

/** Adds an edge with its counts, if both ends are live. */
export async function addEdge(call: Call, edge: EdgeRecord, outbox?: OutboxRows): Promise<AddEdgeResult> {
  if (!call.transactional) return await addAlone(call, edge, outbox)
  const counted = { start: edge, end: { _id: edge.to }, outbox: outbox && (() => outbox()) }
  for (let isHidden = false; ; isHidden = true) {
    const added = await addCounted(call, counted, isHidden)
    if (added) return { outcome: 'added', count: added.count }
    const why = await whyNot(call, edge)
    if (why) return why
  }
}

/** Adds a follow. It finds the account by its name and counts at it in one command; anything else is done by its id. */
export async function follow(
  call: Call,
  { username, ...start }: NamedFollow,
  outbox?: OutboxRows<string>,
): Promise<FollowResult> {
  const edge = { ...start, kind: 'follow' } as const
  const named = { start: edge, end: { username }, outbox }
  const added = call.transactional && (await addCounted(call, named, false))
  if (added) return { outcome: 'added', ...added }
  const found = await call.collections.users.first({ username })
  if (!found || !isLiving(found)) return { outcome: 'gone', end: 'to' }
  const to = found._id
  if (to === edge.from) return { outcome: 'self' }
  const why = call.transactional ? await whyNot(call, { ...edge, to }) : null
  const result = why ?? (await addEdge(call, { ...edge, to }, outbox && (() => outbox(to))))
  return result.outcome === 'gone' ? result : { ...result, to }
}

/**
 * On a standalone: adds the edge first and then checks its ends. Removing, hiding or showing an end after that finds
 * the edge.
 */
async function addAlone(call: Call, edge: EdgeRecord, outbox?: OutboxRows): Promise<AddEdgeResult> {
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
  if (added) await addToOutbox(call.collections, outbox?.())
  return { outcome: added ? 'added' : 'already', count: await countAt(call, edge) }
}

/** An edge to add, and what identifies its end. */
interface NewEdge {
  start: Omit<EdgeRecord, 'to'>
  end: { _id: string } | { username: string }
  /** Called with the id of the end. */
  outbox: OutboxRows<string> | undefined
}

/** Counts an edge at both ends and inserts it, in one transaction. `null` if an end is not live, or the edge exists. */
function addCounted(
  call: Call,
  edge: NewEdge,
  isHidden: boolean,
): Promise<{ to: string; count: number } | null> {
  const { start, end } = edge
  return call.atomically([start.from, '_id' in end ? end._id : end.username], async (within, abort) => {
    const added = await countNew(within, edge, isHidden)
    if (added) await addToOutbox(within, edge.outbox?.(added.to))
    else await abort()
    return added
  })
}

/**
 * Counting decides whether the ends are live: deleting or banning one changes the same documents. It comes first at the
 * end, which may be popular: conflicts are found before anything else is done. Only with `isHidden` it checks whether
 * an end is hidden: then the edge is hidden and not counted.
 */
async function countNew(
  within: Collections,
  { start, end }: NewEdge,
  isHidden: boolean,
): Promise<{ to: string; count: number } | null> {
  const { kind, from } = start
  const counting = { $inc: { [`${kind}.out`]: 1, changes: 1 } } as object
  const shown = isHidden ? {} : { hidden: { $ne: true } as const }
  const { users, posts } = within
  const toPost = edgeEnds[kind].to === 'post'
  const post = toPost
    ? await posts.change({ ...end, state: 'live' }, countChange(kind, 'in', 1) as object)
    : null
  // Whether it is live is checked afterwards: only the index of its key may be used.
  const user = toPost ? null : await users.change(end, countChange(kind, 'in', 1) as object)
  const reached = post ?? user
  if (!reached || (user && (!isLiving(user) || (user.hidden && !isHidden)))) return null
  const edge = { ...start, to: reached._id }
  if ('username' in end && edge.to === from) return null
  if (!(await inserted(within, edge))) return null
  // The author is checked in the command that counts at the start, and not changed.
  const starts = [
    { filter: { _id: from, ...living, ...shown }, update: counting },
    ...(post ? [{ filter: { _id: post.authorId, ...living }, update: untouched }] : []),
  ]
  if ((await users.updateEach(starts)) < starts.length) return null
  const count = countsFrom(reached, kind).in
  const hidden = isHidden ? (await lookAtEnds(within, edge)).hidden : 0
  if (hidden === 0) return { to: edge.to, count }
  await within.edges.update(edgeKey(edge), { $set: { hidden } })
  await countAll(within, [edge], -1)
  return { to: edge.to, count: count - 1 }
}

/** Changes nothing, so it conflicts with nothing. */
const untouched = Object.freeze({ $unset: { nothing: '' } }) as object

/** Why an edge was not added; `null` if there is no reason, or none any more. */
async function whyNot(call: Call, edge: EdgeRecord): Promise<AddEdgeResult | null> {
  const { gone } = await lookAtEnds(call.collections, edge)
  if (gone) return { outcome: 'gone', end: gone }
  if (!(await call.collections.edges.first(edgeKey(edge)))) return null
  return { outcome: 'already', count: await countAt(call, edge) }
}

/** Which end of an edge is not live, the later one first, and what `hidden` of the edge has to be. */
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

async function inserted({ edges }: Collections, edge: EdgeRecord): Promise<boolean> {
  try {
    await edges.insert({ ...edgeKey(edge), ...edge, hidden: 0 })
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

/** How many edges of its kind end where an edge ends. */
export async function countAt(
  { collections, transactional }: Call,
  { kind, to }: Pick<EdgeRecord, 'kind' | 'to'>,
): Promise<number> {
  const counts = transactional
    ? await nodesAt(collections, kind, 'to').first({ _id: to })
    : (await countEdges(collections, to, kind)).get(to)
  return countsFrom(counts, kind).in
}
