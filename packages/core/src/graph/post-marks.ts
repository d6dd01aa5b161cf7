import type { Core } from '../core.ts'
import { KithError } from '../errors.ts'
import { findPost } from '../posts/posts.ts'
import type { PostRecord } from '../posts/post-store.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { Viewer } from '../viewer.ts'

/** An edge from the viewer to a post. */
export interface PostMark {
  kind: 'like' | 'save'
  viewer: Viewer
  postId: string
  /** The rows of its event; `undefined` for a private mark. */
  rows?: OutboxRows | undefined
}

/**
 * Adds an edge from the viewer to a post. Returns whether it is new, and how many such edges the post has.
 * @throws post-not-found, session-revoked, rate-limited
 */
export async function markPost(
  core: Core,
  { kind, viewer, postId, rows }: PostMark,
): Promise<{ changed: boolean; count: number }> {
  await core.limits.byAccount('changeByAccount', viewer.userId)
  const edge = { id: core.makeId(), kind, from: viewer.userId, to: postId }
  const result = await core.storage.edges.add(edge, rows)
  if (result.outcome === 'gone')
    throw new KithError(result.end === 'to' ? 'post-not-found' : 'session-revoked')
  return { changed: result.outcome === 'added', count: result.count }
}

/** Removes the edge. */
export async function unmarkPost(
  core: Core,
  { kind, viewer, postId, rows }: PostMark,
): Promise<{ changed: boolean; count: number }> {
  await core.limits.byAccount('changeByAccount', viewer.userId)
  await visiblePost(core, postId)
  const edge = { kind, from: viewer.userId, to: postId }
  const { removed, count } = await core.storage.edges.remove(edge, rows)
  return { changed: removed, count }
}

/** A live post whose author is neither deleted nor banned. @throws post-not-found */
export async function visiblePost(core: Core, postId: string): Promise<PostRecord> {
  const post = await findPost(core, postId)
  const author = await core.storage.users.byId(post.authorId)
  if (!author || author.bannedAt) throw new KithError('post-not-found')
  return post
}
