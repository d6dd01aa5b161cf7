import type { Collection } from './collection.ts'
import type { Collections } from './collections.ts'
import { attachedTo, release } from './media-document.ts'
import { apply, forgetApplied, operationName } from './operation.ts'
import { type PendingPost, type PostDocument, removed } from './post-document.ts'
import { never } from './removal.ts'

/** A post whose change is not finished, and is on its way to be counted. */
type CountedPost = PostDocument & { pending: PendingPost & { name: string } }

/** A change of a post that its author is to count. */
export function pendingPost(next: PendingPost['next'], until: Date): PendingPost & { name: string } {
  const id = operationName()
  return { id, name: id, next, since: new Date(), until }
}

/** Whether a change of this post is not finished and can be finished by anybody. */
export function isCounting(post: PostDocument): post is CountedPost {
  return post.pending !== undefined && post.pending.name !== null
}

/**
 * Finishes the change of a post: its author counts it, then it takes effect. Any number of callers may do so at once, and
 * again after a crash.
 */
export async function settlePost(collections: Collections, found: CountedPost): Promise<void> {
  const { posts, media, authors } = collections
  const { id, next } = found.pending
  for (let post: PostDocument | null = found; post && isCounting(post) && post.pending.id === id;) {
    const author = await count(collections, post)
    const asCounted = { _id: post._id, 'pending.id': id, 'pending.name': post.pending.name }
    const done = await posts.update(
      asCounted,
      next === 'removed' ? removed : { $set: { state: next }, $unset: { pending: '' } },
    )
    await forgetApplied(authors, author, () => namesWaiting(posts))
    if (done) break
    post = await posts.first({ _id: post._id })
  }
  if (next === 'removed') await media.updateAll(attachedTo('post', found._id), release)
}

/** Finishes every change that has begun, and gives up drafts that nobody works on any more. */
export async function settlePosts(collections: Collections): Promise<void> {
  for (const post of await collections.posts.find({ 'pending.since': { $gt: never } })) {
    if (isCounting(post)) await settlePost(collections, post)
    else if (post.pending && post.pending.until < new Date()) await giveUp(collections, post)
  }
}

/**
 * Takes a draft back whose call is over: its media can be used again. It counts as removed, so that it is purged twice and
 * what a late command still attaches to it is released.
 */
export async function giveUp({ posts, media }: Collections, draft: PostDocument): Promise<boolean> {
  const undecided = { _id: draft._id, 'pending.id': draft.pending?.id ?? '', 'pending.name': null }
  if (!(await posts.update(undecided, removed))) return false
  await detachAll({ media }, draft._id)
  return true
}

/** Makes the media of a draft usable again. */
export async function detachAll({ media }: Pick<Collections, 'media'>, draft: string): Promise<void> {
  await media.updateAll(attachedTo('post', draft), [
    { $set: { attachment: null, unusedSince: '$createdAt' } },
  ])
}

function count({ posts, authors }: Collections, post: CountedPost): ReturnType<typeof apply> {
  const { id, name, next } = post.pending
  return apply(authors, {
    counter: post.authorId,
    name,
    add: { posts: next === 'live' ? 1 : -1 },
    async rename(before, renamed) {
      const known = { _id: post._id, 'pending.id': id, 'pending.name': before }
      if (await posts.update(known, { $set: { 'pending.name': renamed } })) return renamed
      const now = await posts.first({ _id: post._id })
      return now?.pending?.id === id ? now.pending.name : null
    },
  })
}

async function namesWaiting(posts: Collection<PostDocument>): Promise<Set<string>> {
  const found = await posts.find({ 'pending.since': { $gt: never } })
  return new Set(found.filter(isCounting).map(({ pending }) => pending.name))
}
