import { type FeedStore } from '@kith/core'
import type { Connection } from './database.ts'
import { toKindNumber } from './edge-kinds.ts'
import { afterEveryId } from './keyset.ts'
import { postColumns, postFrom, type PostRow } from './post-store.ts'

type FeedStatement = 'home'

/** The statement of the feed: newest posts first, each probed for its author. */
export const feedStatements: Readonly<Record<FeedStatement, string>> = Object.freeze({
  home: `SELECT ${postColumns} FROM kith_posts AS post
    WHERE removed = 0 AND id < @before
      AND (author_id = @userId OR EXISTS
        (SELECT 1 FROM kith_edges WHERE kind = @follow AND from_id = @userId AND to_id = post.author_id))
      AND EXISTS (SELECT 1 FROM kith_users
        WHERE id = post.author_id AND banned_at IS NULL AND deleted_at IS NULL)
    ORDER BY id DESC LIMIT @limit`,
})

/** Creates the feed store on a connection. */
export function createFeedStore({ all }: Connection): FeedStore {
  const follow = toKindNumber('follow')
  return {
    async home(userId, { limit, before }) {
      const range = { userId, follow, before: before ?? afterEveryId, limit }
      return all<PostRow>(feedStatements.home, range).map(postFrom)
    },
  }
}
