import type { PostRecord } from '@kith/core/ports'
import type { UpdateFilter } from 'mongodb'
import type { Identified } from './collection.ts'
import { never } from './removal.ts'

/** A change of a post that its author's count has to follow. There is one only on a server without transactions. */
export interface PendingPost {
  id: string
  /** The name of the operation by which the author counts it; `null` while the media of a new post are attached. */
  name: string | null
  /** What the post becomes when it is counted. */
  next: 'live' | 'removed'
  since: Date
  /** When the call that makes the change is over. */
  until: Date
}

/** A post. One that was removed keeps nothing but its id and its author until it is purged. */
export interface PostDocument extends Identified, Omit<PostRecord, 'id'> {
  /** A draft is a new post whose media are not all attached yet. */
  state: 'draft' | 'live' | 'removed'
  /** Of a removed post: when it is due to be purged, {@link never} until it was for the first time. */
  againAt?: Date
  /** Names the call that removed it, in a transaction. */
  removedBy?: string
  pending?: PendingPost
}

/** A new post. */
export function postDocument({ id, ...post }: PostRecord, state: PostDocument['state']): PostDocument {
  return { _id: id, ...post, state }
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
  $set: { state: 'removed', caption: '', editedAt: null, againAt: never },
  $unset: { pending: '' },
} as const)
