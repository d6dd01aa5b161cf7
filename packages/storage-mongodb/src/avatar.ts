import type { Collections } from './collections.ts'
import type { Call } from './connection.ts'
import { attachedTo, free, type MediaDocument, release } from './media-document.ts'

/** An upload that is to become the avatar or the cover of its owner. */
interface Placing {
  id: string
  ownerId: string
  use: 'avatar' | 'cover'
}

/** Attaches it and releases the one before. */
export function place({ atomically, transactional }: Call, { id, ownerId, use }: Placing): Promise<boolean> {
  return atomically([ownerId], async ({ authors, media }, abort) => {
    // First, so that two transactions that set the same avatar meet here.
    const { placed: order = 0 } = await authors.upsert({ _id: ownerId }, { $inc: { placed: 1 } })
    const attachment = { use, subject: ownerId, position: 0, alt: '', order }
    // On a standalone a sweep looks at it if this is cut off.
    const $set = transactional ? { attachment } : { attachment, unusedSince: new Date() }
    const attached = await media.update(free(id, ownerId), {
      $set,
      ...(transactional && { $unset: { unusedSince: '' } }),
    })
    if (!attached) await abort()
    else await replaceOlder({ media }, { _id: id, attachment })
    if (attached && !transactional)
      await media.update({ _id: id, attachment }, { $unset: { unusedSince: '' } })
    return attached
  })
}

/**
 * On a standalone: settles media that somebody was attaching. What a live post or an account uses stays, and the avatar before is
 * released; what a post was to have that is not there is released as well.
 */
export async function settleAttached(
  { posts, media }: Pick<Collections, 'posts' | 'media'>,
  found: readonly Pick<MediaDocument, '_id' | 'attachment'>[],
): Promise<void> {
  const ofPosts = found.filter(({ attachment }) => attachment?.use === 'post')
  const ids = ofPosts.map(({ attachment }) => attachment?.subject ?? '')
  const live = await posts.find({ _id: { $in: ids }, state: 'live' }, { fields: ['_id'] })
  const there = new Set(live.map(({ _id }) => _id))
  const abandoned = ofPosts.filter(({ attachment }) => !there.has(attachment?.subject ?? ''))
  for (const { _id, attachment } of abandoned) await media.update({ _id, attachment }, release)
  for (const row of found) {
    if (abandoned.includes(row)) continue
    if (row.attachment?.use !== 'post') await replaceOlder({ media }, row)
    await media.update({ _id: row._id, attachment: row.attachment }, { $unset: { unusedSince: '' } })
  }
}

/** Releases what was set before. */
async function replaceOlder(
  { media }: Pick<Collections, 'media'>,
  { attachment }: Pick<MediaDocument, '_id' | 'attachment'>,
): Promise<void> {
  if (!attachment) return
  const { use, subject, order } = attachment
  await media.updateAll({ ...attachedTo(use, subject), 'attachment.order': { $lt: order ?? 0 } }, release)
}
