import { KithError } from '@kith/core'
import type { CountDifference, CreatePostResult, PostMedia, PostRecord } from '@kith/core/ports'
import type { Collection } from './collection.ts'
import type { Call } from './connection.ts'
import type { PostDocument } from './post-document.ts'
import { isDuplicate } from './storage-error.ts'

/** What changes posts, media and counts together: by transactions, or in steps where the server has none. */
export interface PostChanges {
  create(call: Call, post: PostRecord, media: readonly PostMedia[]): Promise<CreatePostResult>
  remove(call: Call, id: string): Promise<boolean>
  removeAll(call: Call, authorId: string, limit: number): Promise<string[]>
  /** Compares the count of one author with the posts, whatever goes on meanwhile, and sets it right. */
  correct(call: Call, authorId: string): Promise<CountDifference[]>
}

/** Inserts a new post. Answers `false` if its id is in use. */
export async function insertPost(posts: Collection<PostDocument>, row: PostDocument): Promise<boolean> {
  try {
    await posts.insert(row)
    return true
  } catch (error) {
    if (isDuplicate(error)) return false
    throw error
  }
}

/** What is thrown then. */
export function idInUse(): KithError {
  return new KithError('storage-failed', { detail: 'The id of the post is in use: every id must be new.' })
}
