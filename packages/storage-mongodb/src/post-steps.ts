import { setTimeout as wait } from 'node:timers/promises'
import { RetryLaterError } from '@kith/core'
import type { PostMedia } from '@kith/core/ports'
import { allOf } from './all-of.ts'
import type { Collections } from './collections.ts'
import type { Call } from './connection.ts'
import { free, unavailable } from './media-document.ts'
import { detachAll, giveUp, isCounting, pendingPost, settlePost, settlePosts } from './pending-posts.ts'
import { idInUse, insertPost, type PostChanges } from './post-changes.ts'
import { type PostDocument, postDocument } from './post-document.ts'
import { compareCount } from './post-recount.ts'
import { isDuplicate } from './storage-error.ts'

/** How long to wait for another post that wants the same upload. */
const pauseMillis = 10

/** Each post takes several commands here, so that a step takes no more posts. */
const atOnce = 50

/**
 * Changes posts, their media and the counts of their authors on a server without transactions. A new post is a draft until
 * it has its media, which it takes in the order of their ids; from then on anybody can finish it.
 */
export const postSteps: PostChanges = {
  async create(call, post, items) {
    const { collections, until } = call
    const { posts } = collections
    const media = items.map((item) => item.id)
    for (;;) {
      const counting = pendingPost('live', until)
      const pending = items.length > 0 ? { ...counting, name: null } : counting
      const draft = { ...postDocument(post, 'draft'), pending }
      if (!(await insertPost(posts, draft))) throw idInUse()
      if (await takeMedia(collections, draft, items)) {
        const decided = items.length > 0 ? await decide(call, draft, counting.name) : draft
        if (isCounting(decided)) await settlePost(collections, decided)
        return { outcome: 'created' }
      }
      await detachAll(collections, post.id)
      await posts.remove({ _id: post.id, 'pending.id': pending.id })
      const ids = await unavailable(collections.media, post.authorId, media)
      // None where what was in the way is gone by now.
      if (ids.length > 0) return { outcome: 'media-unavailable', ids }
    }
  },

  remove: (call, id) => remove(call, id),

  async removeAll(call, authorId, limit) {
    const { posts } = call.collections
    for (;;) {
      const filter = { authorId, state: 'live' } as const
      const rows = await posts.find(filter, { fields: ['_id'], limit: Math.min(limit, atOnce) })
      const done = await allOf(rows.map(({ _id }) => remove(call, _id)))
      const removed = rows.filter((_row, index) => done[index]).map(({ _id }) => _id)
      if (removed.length > 0 || rows.length === 0) return removed
    }
  },

  async correct({ collections }, authorId) {
    const { authors } = collections
    for (let attempt = 0; attempt < 5; attempt++) {
      const row = await authors.first({ _id: authorId })
      // After this the posts are what the author had counted by then.
      await settlePosts(collections)
      const { differences, update } = await compareCount(collections, authorId, row)
      if (differences.length === 0) return []
      try {
        await authors.upsert({ _id: authorId, changes: row?.changes ?? { $exists: false } }, update)
        return differences
      } catch (error) {
        if (!isDuplicate(error)) throw error
      }
    }
    // An author who writes all the time is left to the next recount.
    return []
  },
}

/** Attaches the media of a draft, one by one. Answers `false` if one cannot be had. */
async function takeMedia(
  collections: Collections,
  draft: PostDocument,
  items: readonly PostMedia[],
): Promise<boolean> {
  const places = items.map((item, position) => ({ ...item, position }))
  // All drafts take media in one order, so that no two wait for each other.
  for (const item of places.sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (!(await takeMedium(collections, draft, item))) return false
  }
  return true
}

async function takeMedium(
  collections: Collections,
  { _id: subject, authorId }: PostDocument,
  { id, alt, position }: PostMedia & { position: number },
): Promise<boolean> {
  const { media, posts } = collections
  const attachment = { use: 'post', subject, position, alt } as const
  const attach = { $set: { attachment }, $unset: { unusedSince: '' } } as const
  while (!(await media.update(free(id, authorId), attach))) {
    const found = await media.first({ _id: id })
    if (found?.ownerId !== authorId || found.state !== 'ready') return false
    if (found.attachment && found.attachment.use !== 'post') return false
    if (found.attachment?.subject === subject) return true
    const rival = found.attachment && (await posts.first({ _id: found.attachment.subject }))
    if (rival && isCounting(rival)) await settlePost(collections, rival)
    // A draft that is not on its way to be counted may still fail, and what is not there has failed.
    if (rival && (rival.state !== 'draft' || isCounting(rival))) return false
    if (rival?.pending && rival.pending.until < new Date()) await giveUp(collections, rival)
    else await wait(pauseMillis)
  }
  return true
}

/** Makes a draft a post, which from then on anybody can finish. */
async function decide({ collections }: Call, draft: PostDocument, name: string): Promise<PostDocument> {
  const undecided = { _id: draft._id, 'pending.id': draft.pending?.id ?? '', 'pending.name': null }
  const decided = await collections.posts.change(undecided, { $set: { 'pending.name': name } })
  if (decided) return decided
  // It took so long that another call has given it up.
  await detachAll(collections, draft._id)
  throw new RetryLaterError('storage-busy', 1)
}

async function remove({ collections, until }: Call, id: string): Promise<boolean> {
  const { posts } = collections
  for (;;) {
    const pending = pendingPost('removed', until)
    const noted = await posts.change(
      { _id: id, state: 'live', pending: { $exists: false } },
      { $set: { pending } },
    )
    const found = noted ?? (await posts.first({ _id: id }))
    if (found && isCounting(found)) await settlePost(collections, found)
    else if (!noted) return false
    if (noted) return true
  }
}
