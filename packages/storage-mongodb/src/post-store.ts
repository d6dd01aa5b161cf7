import type { PostStore } from '@kith/core/ports'
import type { Call, Connection } from './connection.ts'
import { below } from './keyset.ts'
import { attachedTo, release } from './media-document.ts'
import type { PostChanges } from './post-changes.ts'
import { postFrom } from './post-document.ts'
import { recountPosts } from './post-recount.ts'
import { postSteps } from './post-steps.ts'
import { postTransactions } from './post-transactions.ts'
import { dueAt, removalFrom } from './removal.ts'

/** Creates the post store on a connection. */
export function createPostStore({ call, longCall }: Connection): PostStore {
  return {
    create: (post, media) => call('posts.create', (each) => changesOf(each).create(each, post, media)),
    byIds: (ids) =>
      call('posts.byIds', async ({ collections: { posts } }) =>
        (await posts.find({ _id: { $in: [...ids] }, state: 'live' })).map(postFrom),
      ),
    edit: (id, caption, editedAt) =>
      call('posts.edit', async ({ collections: { posts } }) => {
        const edited = await posts.change({ _id: id, state: 'live' }, { $set: { caption, editedAt } })
        return edited && postFrom(edited)
      }),
    remove: (id) => call('posts.remove', (each) => changesOf(each).remove(each, id)),
    removeAll: (authorId, limit) =>
      call('posts.removeAll', (each) => changesOf(each).removeAll(each, authorId, limit)),
    byAuthor: (authorId, { limit, before }) =>
      call('posts.byAuthor', async ({ collections: { posts } }) => {
        const filter = { authorId, state: 'live', ...below('_id', before) } as const
        return (await posts.find(filter, { sort: { _id: -1 }, limit })).map(postFrom)
      }),
    counts: (authorIds) =>
      call('posts.counts', async ({ collections: { authors } }) => {
        const found = await authors.find({ _id: { $in: [...authorIds] } }, { fields: ['_id', 'posts'] })
        const byId = new Map(found.map(({ _id, posts }) => [_id, posts]))
        return authorIds.map((id) => byId.get(id) ?? 0)
      }),
    toPurge: (now, limit) =>
      call('posts.toPurge', async ({ collections: { posts } }) => {
        const fields = ['_id', 'againAt'] as const
        const found = await posts.find(dueAt(now), { fields, sort: { againAt: 1, _id: 1 }, limit })
        return found.map(removalFrom)
      }),
    purge: (id, again) =>
      call('posts.purge', async ({ collections: { posts, media }, transactional }) => {
        const removed = { _id: id, state: 'removed' } as const
        // Without transactions, whoever removed it may have stopped in between.
        if (!transactional && (await posts.first(removed))) {
          await media.updateAll(attachedTo('post', id), release)
        }
        if (again) await posts.update(removed, { $set: { againAt: again } })
        else await posts.remove(removed)
      }),
    recount: (after, limit) =>
      longCall('posts.recount', (each) => recountPosts(each, changesOf(each), { after, limit })),
  }
}

function changesOf({ transactional }: Call): PostChanges {
  return transactional ? postTransactions : postSteps
}
