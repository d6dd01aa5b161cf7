import { mergeFields, type PostStore } from '@kith/core/ports'
import type { Connection } from './connection.ts'
import { below } from './keyset.ts'
import { attachedTo, release } from './media-document.ts'
import { tellChange } from './outbox-rows.ts'
import { postFrom } from './post-document.ts'
import { countPosts, recountPosts } from './post-recount.ts'
import { createPost, removePost, removeSome } from './post-transactions.ts'
import { nothingToRecount } from './recount.ts'
import { fieldsFrom, sameFields, writingFields } from './stored-fields.ts'

/** Creates the post store on a connection. */
export function createPostStore({ call, longCall }: Connection): PostStore {
  return {
    create: (post, media, outbox) =>
      call('posts.create', (each) => createPost(each, { post, media, outbox })),
    byIds: (ids) =>
      call('posts.byIds', async ({ collections: { posts } }) =>
        (await posts.find({ _id: { $in: [...ids] }, state: 'live' })).map(postFrom),
      ),
    edit: (id, { caption, fields, editedAt }, outbox) =>
      call('posts.edit', async (each) => {
        const live = { _id: id, state: 'live' } as const
        const $set = { ...(caption !== undefined && { caption }), editedAt }
        const edited = await tellChange(each, {
          contended: [id],
          outbox: outbox && (() => outbox()),
          async work({ posts }) {
            if (!fields) return await posts.change(live, { $set })
            for (;;) {
              const before = await posts.first(live)
              if (!before) return null
              const own = writingFields(mergeFields(fieldsFrom(before), fields))
              const unchanged = { ...live, ...sameFields(before) }
              const changed = await posts.change(unchanged, {
                $set: { ...$set, ...own.$set },
                $unset: own.$unset,
              })
              if (changed) return changed
            }
          },
        })
        return edited && postFrom(edited)
      }),
    remove: (id, outbox) => call('posts.remove', (each) => removePost(each, id, outbox)),
    removeAll: (authorId, limit) => call('posts.removeAll', (each) => removeSome(each, authorId, limit)),
    byAuthor: (authorId, { limit, before }) =>
      call('posts.byAuthor', async ({ collections: { posts } }) => {
        const filter = { authorId, state: 'live', ...below('_id', before) } as const
        return (await posts.find(filter, { sort: { _id: -1 }, limit })).map(postFrom)
      }),
    counts: (authorIds) =>
      call('posts.counts', async ({ collections, transactional }) => {
        const wanted = { $in: [...new Set(authorIds)] }
        const byId = transactional
          ? new Map(
              (await collections.users.find({ _id: wanted }, { fields: ['_id', 'posts'] })).map(
                ({ _id, posts }) => [_id, posts],
              ),
            )
          : await countPosts(collections, wanted)
        return authorIds.map((id) => byId.get(id) ?? 0)
      }),
    toPurge: (limit) =>
      call('posts.toPurge', async ({ collections: { posts } }) => {
        const reading = { fields: ['_id'], sort: { _id: 1 }, limit, index: 'removed' } as const
        return (await posts.find({ state: 'removed' }, reading)).map(({ _id }) => _id)
      }),
    purge: (id) =>
      call('posts.purge', async ({ collections: { posts, media }, transactional }) => {
        const removed = { _id: id, state: 'removed' } as const
        // On a standalone the call that removed it may have stopped in between.
        if (!transactional && (await posts.first(removed))) {
          await media.updateAll(attachedTo('post', id), release)
        }
        await posts.remove(removed)
      }),
    recount: (after, limit) =>
      longCall('posts.recount', async (each) =>
        each.transactional ? await recountPosts(each, after, limit) : nothingToRecount,
      ),
  }
}
