import type { PostRecord } from '@kith/core/ports'
import type { Identified } from './collection.ts'
import type { Counters } from './edge-document.ts'
import { fieldsFrom, fieldsPart, type FieldsPart } from './stored-fields.ts'

/** A post. A removed one keeps only its id and its author until it is purged. */
export interface PostDocument extends Identified, Omit<PostRecord, 'id' | 'fields'>, FieldsPart, Counters {
  state: 'live' | 'removed'
}

/** A new post. */
export function postDocument({ id, fields, ...post }: PostRecord): PostDocument {
  return { _id: id, ...post, ...fieldsPart(fields), state: 'live' }
}

/** A post from its document. */
export function postFrom(row: PostDocument): PostRecord {
  return {
    id: row._id,
    authorId: row.authorId,
    caption: row.caption,
    createdAt: row.createdAt,
    editedAt: row.editedAt,
    fields: fieldsFrom(row),
  }
}

/** Removes a post from all lists. */
export const removed: {
  readonly $set: Pick<PostDocument, 'state' | 'caption' | 'editedAt'>
  readonly $unset: { readonly fields: '' }
} = Object.freeze({
  $set: { state: 'removed', caption: '', editedAt: null },
  $unset: { fields: '' },
} as const)
