import { randomUUID } from 'node:crypto'
import type { Collections } from './collections.ts'
import type { Call } from './connection.ts'
import { attachedTo, free, newestPlaced, release } from './media-document.ts'
import { ensureCounters } from './operation.ts'
import { never } from './removal.ts'

/** An upload that is to become the avatar or the cover of its owner. */
export interface Placing {
  id: string
  ownerId: string
  use: 'avatar' | 'cover'
}

/** Attaches it and releases the one before, in one transaction. */
export function attachInTransaction({ atomically, collections }: Call, placing: Placing): Promise<boolean> {
  const { id, ownerId, use } = placing
  const setBy = randomUUID()
  return atomically(
    [ownerId],
    async (within, abort) => {
      // First, so that two transactions that set the same avatar meet here.
      const { placed = 0 } = await within.authors.upsert({ _id: ownerId }, once)
      const attached = await place(within, placing, { order: placed, setBy })
      if (attached) await within.media.updateAll(before({ ownerId, use }, placed), release)
      else await abort()
      return attached
    },
    async () => (await collections.media.first({ _id: id }))?.attachment?.setBy === setBy,
  )
}

/** The same on a server without transactions: `replacing` stays until the one before is released. */
export async function attachInSteps({ collections }: Call, placing: Placing): Promise<boolean> {
  const order = await nextOrder(collections, placing.ownerId)
  if (!(await place(collections, placing, { order, replacing: new Date() }))) return false
  await settle(collections, placing)
  return true
}

/** Finishes what a crash left. */
export async function settleReplacements(collections: Collections): Promise<void> {
  for (const { attachment } of await collections.media.find({ replacing: { $gt: never } })) {
    if (!attachment || attachment.use === 'post') continue
    await settle(collections, { ownerId: attachment.subject, use: attachment.use })
  }
}

const once = { $inc: { placed: 1 } } as const

/** How many avatars and covers the owner has had with this one. */
async function nextOrder({ authors }: Collections, ownerId: string): Promise<number> {
  for (;;) {
    const author = await authors.change({ _id: ownerId }, once)
    if (author) return author.placed ?? 0
    await ensureCounters(authors, [ownerId])
  }
}

function place(
  { media }: Collections,
  { id, ownerId, use }: Placing,
  { order, setBy, replacing }: { order: number; setBy?: string; replacing?: Date },
): Promise<boolean> {
  const attachment = { use, subject: ownerId, position: 0, alt: '', order, ...(setBy && { setBy }) }
  return media.update(free(id, ownerId), {
    $set: { attachment, ...(replacing && { replacing }) },
    $unset: { unusedSince: '' },
  })
}

/** Releases all but the one set last. */
async function settle({ media }: Collections, { ownerId, use }: Omit<Placing, 'id'>): Promise<void> {
  const found = await media.find(attachedTo(use, ownerId))
  const [newest] = newestPlaced(found)
  if (!newest) return
  if (found.length > 1)
    await media.updateAll(before({ ownerId, use }, newest.attachment?.order ?? 0), release)
  await media.update({ _id: newest._id, replacing: { $gt: never } }, { $unset: { replacing: '' } })
}

/** What was set before. */
function before({ ownerId, use }: Omit<Placing, 'id'>, order: number): object {
  return { ...attachedTo(use, ownerId), 'attachment.order': { $lt: order } }
}
