import type { MediaStore } from '@kith/core/ports'
import type { Connection } from './connection.ts'
import { below } from './keyset.ts'
import { place, releaseFrom, settleAttached } from './avatar.ts'
import { attachedTo, longAgo, mediaDocument, mediaFrom, newestPlaced, release } from './media-document.ts'
import { addToOutbox } from './outbox-rows.ts'
import { firstId } from './stored-ids.ts'

/** Creates the media store on a connection. */
export function createMediaStore({ call }: Connection): MediaStore {
  return {
    reserve: (item) =>
      call('media.reserve', ({ collections: { media } }) => media.insert(mediaDocument(item))),
    ready: (id, measures) =>
      call('media.ready', ({ collections: { media } }) =>
        media.update({ _id: id, state: 'reserved' }, { $set: { state: 'ready', measures } }),
      ),
    claim: ({ id, by, now, until }) =>
      call('media.claim', ({ collections: { media } }) =>
        media.update(
          {
            _id: id,
            state: 'reserved',
            $or: [{ claim: { $exists: false } }, { 'claim.by': by }, { 'claim.until': { $lte: now } }],
          },
          { $set: { claim: { by, until } } },
        ),
      ),
    unclaim: ({ id, by }) =>
      call('media.unclaim', async ({ collections: { media } }) => {
        await media.update({ _id: id, 'claim.by': by }, { $unset: { claim: '' } })
      }),
    byIds: (ids) =>
      call('media.byIds', async ({ collections: { media } }) =>
        (await media.find({ _id: { $in: [...ids] } })).map(mediaFrom),
      ),
    byOwner: (ownerId, { limit, before }) =>
      call('media.byOwner', async ({ collections: { media } }) => {
        const filter = { ownerId, ...below('_id', before), state: { $ne: 'released' } } as const
        return (await media.find(filter, { sort: { _id: -1 }, limit })).map(mediaFrom)
      }),
    list: (after, limit) =>
      call('media.list', async ({ collections: { media } }) => {
        // With a lower bound as well: without a range the index might not be used.
        return (await media.find({ _id: { $gt: after ?? firstId } }, { sort: { _id: 1 }, limit })).map(
          mediaFrom,
        )
      }),
    bySubjects: (use, subjects) =>
      call('media.bySubjects', async ({ collections: { media } }) => {
        const found = await media.find(attachedTo(use, { $in: [...subjects] }))
        return (use === 'post' ? found : newestPlaced(found)).map(mediaFrom)
      }),
    attach: (id, ownerId, ...[use, outbox]) =>
      call('media.attach', (each) => place(each, { id, ownerId, use, outbox })),
    detach: (use, ownerId, outbox) =>
      call('media.detach', ({ atomically }) =>
        atomically([ownerId], async (within) => {
          const released = await releaseFrom(within, attachedTo(use, ownerId))
          if (released.length > 0) await addToOutbox(within, outbox?.())
          return released
        }),
      ),
    releaseAll: (ownerId, limit) =>
      call('media.releaseAll', ({ atomically }) =>
        atomically([ownerId], async ({ media }) => {
          const owned = await media.find({ ownerId, state: { $ne: 'released' } }, { fields: ['_id'], limit })
          const some = { _id: { $in: owned.map(({ _id }) => _id) } }
          if (owned.length === 0) return 0
          // In this order, because on a standalone a reserved medium may become ready in between.
          await media.updateAll({ ...some, state: 'reserved' }, { $set: { state: 'released' } })
          await media.updateAll({ ...some, state: 'ready' }, release)
          return owned.length
        }),
      ),
    sweep: (before, limit, after = null) =>
      call('media.sweep', ({ atomically }) =>
        atomically([], async ({ media, posts }) => {
          const unused = { unusedSince: { $gte: longAgo, $lt: before } }
          const old = await media.find(unused, {
            fields: ['_id', 'attachment'],
            sort: { unusedSince: 1, _id: 1 },
            limit,
            index: 'unused',
          })
          const attached = old.filter(({ attachment }) => attachment !== null)
          if (attached.length > 0) await settleAttached({ media, posts }, attached)
          if (old.length > 0) {
            const ids = { $in: old.map(({ _id }) => _id) }
            await media.updateAll({ _id: ids, attachment: null, ...unused }, release)
          }
          const over = await media.find(
            { released: true, ...(after !== null && { _id: { $gt: after } }) },
            { fields: ['_id'], sort: { _id: 1 }, limit, index: 'released' },
          )
          return over.map(({ _id }) => _id)
        }),
      ),
    forget: (id) =>
      call('media.forget', async ({ collections: { media } }) => {
        await media.remove({ _id: id, state: 'released' })
      }),
  }
}
