import { KithError } from '@kith/core'
import type { CreatePostResult, OutboxRows, PostMedia, PostRecord } from '@kith/core/ports'
import type { UpdateFilter } from 'mongodb'
import type { Collection } from './collection.ts'
import type { Call } from './connection.ts'
import { attachedTo, free, freed, release, unavailable } from './media-document.ts'
import { addToOutbox } from './outbox-rows.ts'
import { type PostDocument, postDocument, removed } from './post-document.ts'
import { isDuplicate } from './storage-error.ts'
import { living, type UserDocument } from './user-document.ts'

type Outcome = 'created' | 'media-unavailable' | 'gone' | 'id-in-use'

/** A post with its media and the rows of its event. */
interface NewPost {
  post: PostRecord
  media: readonly PostMedia[]
  outbox: OutboxRows | undefined
}

/** Creates a post with its media and the count of its author. */
export async function createPost(call: Call, created: NewPost): Promise<CreatePostResult> {
  const { post, media: items } = created
  const create = call.transactional ? createInTransaction : createAlone
  for (;;) {
    const outcome = await create(call, created)
    if (outcome === 'created' || outcome === 'gone') return { outcome }
    if (outcome === 'id-in-use') {
      throw new KithError('storage-failed', { detail: 'The id of the post is in use: every id must be new.' })
    }
    const { media, users } = call.collections
    if (!(await users.first({ _id: post.authorId, ...living }))) return { outcome: 'gone' }
    const ids = await unavailable(
      media,
      post.authorId,
      items.map((item) => item.id),
    )
    // None if the obstacle is gone by now.
    if (ids.length > 0) return { outcome, ids }
  }
}

/** Removes a post, releases its media and updates the count of its author. */
export function removePost(
  { atomically, transactional }: Call,
  id: string,
  outbox?: OutboxRows,
): Promise<boolean> {
  return atomically([id], async (within, abort) => {
    const { posts, media, users } = within
    const row = await posts.change({ _id: id, state: 'live' }, removed)
    if (!row) {
      await abort()
      return false
    }
    await media.updateAll(attachedTo('post', id), release)
    if (transactional) await users.update({ _id: row.authorId }, counted(-1))
    await addToOutbox(within, outbox?.())
    return true
  })
}

/** The same for some posts of an author. */
export async function removeSome(call: Call, authorId: string, limit: number): Promise<string[]> {
  const live = { authorId, state: 'live' } as const
  if (call.transactional) {
    return await call.atomically([authorId], async ({ posts, media, users }, abort) => {
      const rows = await posts.find(live, { fields: ['_id'], limit })
      const removedIds = rows.map(({ _id }) => _id)
      const ids = { $in: removedIds }
      if (rows.length === 0) await abort()
      else {
        await posts.updateAll({ _id: ids, state: 'live' }, removed)
        await media.updateAll(attachedTo('post', ids), release)
        await users.update({ _id: authorId }, counted(-rows.length))
      }
      return removedIds
    })
  }
  for (;;) {
    const rows = await call.collections.posts.find(live, { fields: ['_id'], limit })
    const removedIds: string[] = []
    for (const { _id } of rows) if (await removePost(call, _id)) removedIds.push(_id)
    // None if others were first.
    if (removedIds.length > 0 || rows.length === 0) return removedIds
  }
}

function createInTransaction(
  { atomically }: Call,
  { post, media: items, outbox }: NewPost,
): Promise<Outcome> {
  const { authorId } = post
  return atomically([authorId], async (within, abort) => {
    const { posts, media, users } = within
    // First, because an id that is in use is refused whatever the uploads are.
    if (!(await inserted(posts, post))) {
      await abort()
      return 'id-in-use'
    }
    const places = placesOf(post, items).map(({ filter, $set }) => ({
      filter,
      update: { $set, $unset: { unusedSince: '' } } as const,
    }))
    if (places.length > 0 && (await media.updateEach(places)) < places.length) {
      await abort()
      return 'media-unavailable'
    }
    // Deleting or banning the author changes the same document.
    if (await users.update({ _id: authorId, ...living }, counted(1))) {
      await addToOutbox(within, outbox?.())
      return 'created'
    }
    await abort()
    return 'gone'
  })
}

/** The change of an author who has that many more posts. */
function counted(by: number): UpdateFilter<UserDocument> {
  return { $inc: { posts: by, changes: 1 } }
}

/**
 * On a standalone: attaches the media, in the order of their ids so that no two posts wait for each other, and then
 * inserts the post. Until it exists the media count as unused, so that a sweep finds what a process that died has left.
 * The author is checked last, so that a concurrent deletion of the author finds the post.
 */
async function createAlone({ collections }: Call, { post, media: items, outbox }: NewPost): Promise<Outcome> {
  const { posts, media, users } = collections
  if (items.length > 0 && (await posts.first({ _id: post.id }))) return 'id-in-use'
  const taken: string[] = []
  for (const { id, filter, $set } of placesOf(post, items).sort((a, b) => (a.id < b.id ? -1 : 1))) {
    if (!(await media.update(filter, { $set: { ...$set, unusedSince: new Date() } }))) break
    taken.push(id)
  }
  let outcome: Outcome = taken.length < items.length ? 'media-unavailable' : 'created'
  if (outcome === 'created' && !(await inserted(posts, post))) outcome = 'id-in-use'
  if (outcome === 'created' && !(await users.first({ _id: post.authorId, ...living }))) {
    await posts.remove({ _id: post.id })
    outcome = 'gone'
  }
  if (taken.length > 0) {
    const own = { _id: { $in: taken }, ...attachedTo('post', post.id) }
    await media.updateAll(own, outcome === 'created' ? { $unset: { unusedSince: '' } } : freed)
  }
  if (outcome === 'created') await addToOutbox(collections, outbox?.())
  return outcome
}

function placesOf(
  { id: subject, authorId }: PostRecord,
  items: readonly PostMedia[],
): {
  id: string
  filter: object
  $set: { attachment: { use: 'post'; subject: string; position: number; alt: string } }
}[] {
  return items.map(({ id, alt }, position) => ({
    id,
    filter: free(id, authorId),
    $set: { attachment: { use: 'post', subject, position, alt } },
  }))
}

async function inserted(posts: Collection<PostDocument>, post: PostRecord): Promise<boolean> {
  try {
    await posts.insert(postDocument(post))
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}
