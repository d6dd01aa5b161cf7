import type { PostRecord } from '@kith/core/ports'
import type { Identified } from './collection.ts'
import type { Counters } from './edge-document.ts'

/** A post. One that was removed keeps nothing but its id and its author until it is purged. */
export interface PostDocument extends Identified, Omit<PostRecord, 'id'>, Counters {
  state: 'live' | 'removed'
}

/** A new post. */
export function postDocument({ id, ...post }: PostRecord): PostDocument {
  return { _id: id, ...post, state: 'live' }
}

/** A post from its document. */
export function postFrom(row: PostDocument): PostRecord {
  return {
    id: row._id,
    authorId: row.authorId,
    caption: row.caption,
    createdAt: row.createdAt,
    editedAt: row.editedAt,
  }
}

/** Takes a post out of everything. */
export const removed: { readonly $set: Pick<PostDocument, 'state' | 'caption' | 'editedAt'> } = Object.freeze(
  {
    $set: { state: 'removed', caption: '', editedAt: null },
  } as const,
)
