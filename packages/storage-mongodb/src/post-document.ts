import type { PostRecord } from '@kith/core'
import type { UpdateFilter } from 'mongodb'
import type { Identified } from './collection.ts'
import { notYetPurged } from './removal.ts'

/** A post. One that was removed keeps nothing but its id and its author until it is purged. */
export interface PostDocument extends Identified, Omit<PostRecord, 'id'> {
  state: 'live' | 'removed'
  /** Of a removed post: when it is due to be purged, {@link notYetPurged} until it was for the first time. */
  againAt?: Date
}

/** How many live posts an author has. On a standalone that is not here: it is counted at reading. */
export interface AuthorDocument extends Identified {
  posts?: number
  /** How often it changed: a recount raises it as well, so that it and another change of the author meet. */
  changes?: number
  changedAt?: Date
  /** How often an avatar or a cover was set. */
  placed?: number
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
export const removed: UpdateFilter<PostDocument> = Object.freeze({
  $set: { state: 'removed', caption: '', editedAt: null, againAt: notYetPurged },
} as const)

/** The change of an author who has so many posts more. */
export function postsChange(by: number): UpdateFilter<AuthorDocument> {
  return { $inc: { posts: by, changes: 1 }, $set: { changedAt: new Date() } }
}
