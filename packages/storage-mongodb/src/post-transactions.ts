import { randomUUID } from 'node:crypto'
import type { UpdateFilter } from 'mongodb'
import type { AuthorDocument } from './counter-documents.ts'
import { attachedTo, free, release, unavailable } from './media-document.ts'
import { idInUse, insertPost, type PostChanges } from './post-changes.ts'
import { postDocument, removed } from './post-document.ts'
import { compareCount } from './post-recount.ts'

/** Changes posts, their media and the counts of their authors in one transaction. */
export const postTransactions: PostChanges = {
  async create({ atomically, collections }, post, items) {
    const { id: subject, authorId } = post
    const places = items.map(({ id, alt }, position) => ({
      filter: free(id, authorId),
      update: {
        $set: { attachment: { use: 'post', subject, position, alt } },
        $unset: { unusedSince: '' },
      } as const,
    }))
    for (;;) {
      const end = await atomically(
        [authorId],
        async ({ posts, media, authors }, abort) => {
          // First, because an id that is in use is refused whatever the uploads are.
          if (!(await insertPost(posts, postDocument(post, 'live')))) {
            await abort()
            return 'id-in-use'
          }
          if (places.length > 0 && (await media.updateEach(places)) < places.length) {
            await abort()
            return 'media-unavailable'
          }
          await authors.upsert({ _id: authorId }, counted(1))
          return 'created'
        },
        async () => (await collections.posts.first({ _id: subject, authorId })) !== null,
      )
      if (end === 'id-in-use') throw idInUse()
      if (end === 'created') return { outcome: end }
      const ids = await unavailable(
        collections.media,
        authorId,
        items.map((item) => item.id),
      )
      // None where what was in the way is gone by now.
      if (ids.length > 0) return { outcome: end, ids }
    }
  },

  remove({ atomically, collections }, id) {
    const removedBy = randomUUID()
    const update = { ...removed, $set: { ...removed.$set, removedBy } }
    return atomically(
      [id],
      async ({ posts, media, authors }, abort) => {
        const row = await posts.change({ _id: id, state: 'live' }, update)
        if (!row) {
          await abort()
          return false
        }
        await media.updateAll(attachedTo('post', id), release)
        await authors.update({ _id: row.authorId }, counted(-1))
        return true
      },
      async () => (await collections.posts.first({ _id: id }))?.removedBy === removedBy,
    )
  },

  removeAll: ({ atomically }, authorId, limit) =>
    atomically([authorId], async ({ posts, media, authors }, abort) => {
      const rows = await posts.find({ authorId, state: 'live' }, { fields: ['_id'], limit })
      const removedIds = rows.map(({ _id }) => _id)
      const ids = { $in: removedIds }
      if (rows.length === 0) await abort()
      else {
        await posts.updateAll({ _id: ids, state: 'live' }, removed)
        await media.updateAll(attachedTo('post', ids), release)
        await authors.update({ _id: authorId }, counted(-rows.length))
      }
      return removedIds
    }),

  correct: ({ atomically }, authorId) =>
    atomically([authorId], async (within, abort) => {
      const row = await within.authors.first({ _id: authorId })
      const { differences, update } = await compareCount(within, authorId, row)
      if (differences.length > 0) await within.authors.upsert({ _id: authorId }, update)
      else await abort()
      return differences
    }),
}

function counted(by: number): UpdateFilter<AuthorDocument> {
  return { $inc: { posts: by, changes: 1 }, $set: { changedAt: new Date() } }
}
