import type { AttachResult, OutboxRows } from '@kith/core/ports'
import type { Collections } from './collections.ts'
import type { Call } from './connection.ts'
import { attachedTo, free, type MediaDocument, release } from './media-document.ts'
import { addToOutbox } from './outbox-rows.ts'
import { living } from './user-document.ts'

/** An upload that becomes the avatar or the cover of its owner. */
interface Placing {
  id: string
  ownerId: string
  use: 'avatar' | 'cover'
  outbox: OutboxRows | undefined
}

/** Attaches it and releases the previous one. */
export function place(
  { atomically, transactional }: Call,
  { id, ownerId, use, outbox }: Placing,
): Promise<AttachResult> {
  return atomically([ownerId], async (within, abort) => {
    const { users, media } = within
    // First, so that two transactions that set the same avatar conflict here, and to check that the owner is live.
    const owner = await users.change({ _id: ownerId, ...living }, { $inc: { placed: 1 } })
    if (!owner) {
      await abort()
      return { outcome: 'gone' }
    }
    const attachment = { use, subject: ownerId, position: 0, alt: '', order: owner.placed ?? 0 }
    const image = { ...free(id, ownerId), kind: 'image' } as const
    const isAttached = transactional
      ? await media.update(image, { $set: { attachment }, $unset: { unusedSince: '' } })
      : // A sweep handles it if this is interrupted.
        await media.update(image, { $set: { attachment, unusedSince: new Date() } })
    if (!isAttached) {
      await abort()
      return { outcome: 'unavailable' }
    }
    const released = await replaceOlder({ media }, attachment)
    if (!transactional) await media.update({ _id: id, attachment }, { $unset: { unusedSince: '' } })
    await addToOutbox(within, outbox?.())
    return { outcome: 'attached', released }
  })
}

/** Releases everything that is attached to a user, and returns what this call released. */
export async function releaseFrom({ media }: Pick<Collections, 'media'>, place: object): Promise<string[]> {
  return await releaseEach({ media }, place, await media.find(place, { fields: ['_id'] }))
}

/** There is one, or two for a moment. */
async function releaseEach(
  { media }: Pick<Collections, 'media'>,
  place: object,
  rows: readonly Pick<MediaDocument, '_id'>[],
): Promise<string[]> {
  const released: string[] = []
  for (const { _id } of rows) if (await media.update({ ...place, _id }, release)) released.push(_id)
  return released
}

/**
 * On a standalone: completes interrupted attachments. Media that a live post or an account uses stay, and the previous
 * avatar is released; media of a post that does not exist are released as well.
 */
export async function settleAttached(
  { posts, media }: Pick<Collections, 'posts' | 'media'>,
  found: readonly Pick<MediaDocument, '_id' | 'attachment'>[],
): Promise<void> {
  const subjects = found.flatMap(({ attachment }) => (attachment?.use === 'post' ? [attachment.subject] : []))
  const live = await posts.find({ _id: { $in: subjects }, state: 'live' }, { fields: ['_id'] })
  const there = new Set(live.map(({ _id }) => _id))
  for (const { _id, attachment } of found) {
    if (!attachment) continue
    const isUsed = attachment.use !== 'post' || there.has(attachment.subject)
    if (isUsed) await replaceOlder({ media }, attachment)
    await media.update({ _id, attachment }, isUsed ? { $unset: { unusedSince: '' } } : release)
  }
}

/** Releases the avatars or covers of a user except the latest, and returns them. */
async function replaceOlder(
  { media }: Pick<Collections, 'media'>,
  { use, subject }: NonNullable<MediaDocument['attachment']>,
): Promise<string[]> {
  if (use === 'post') return []
  const place = attachedTo(use, subject)
  const placed = await media.find(place, { fields: ['_id', 'attachment'] })
  const orderOf = (row: Pick<MediaDocument, 'attachment'>): number => row.attachment?.order ?? 0
  const last = Math.max(...placed.map(orderOf))
  return await releaseEach(
    { media },
    place,
    placed.filter((row) => orderOf(row) < last),
  )
}
