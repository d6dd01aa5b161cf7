import type { RecountResult } from '../graph/edge-store.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { FieldChanges, StoredFields } from '../own-fields/stored-fields.ts'
import type { Keyset } from '../page.ts'

/** A post as it is stored. Its media are kept by the media store. */
export interface PostRecord {
  id: string
  authorId: string
  caption: string
  createdAt: Date
  editedAt: Date | null
  /** The app's own. */
  fields: StoredFields
}

/** What {@link PostStore.edit} changes. What is absent stays as it is. */
export interface PostChanges {
  caption?: string | undefined
  fields?: FieldChanges | undefined
  editedAt: Date
}

/** An upload that goes with a post, in its place. */
export interface PostMedia {
  id: string
  alt: string
}

/**
 * The response of {@link PostStore.create}: `gone` where the author is deleted or banned; or with the uploads that are missing, not the
 * author's, or in use already.
 */
export type CreatePostResult =
  { outcome: 'created' } | { outcome: 'gone' } | { outcome: 'media-unavailable'; ids: string[] }

/**
 * Keeps posts. A removed post is absent from every response but {@link toPurge}. Records go in and out as copies. `outbox` gives the rows
 * to be stored with the change, by {@link OutboxRows}.
 */
export interface PostStore {
  /**
   * Saves a post of a live author and attaches its media in one step: all of it or nothing. Each upload must be ready, of the author,
   * and unattached: of concurrent posts with one upload exactly one is created. Once `markDeleted` has resolved for the author, no call
   * creates, not even one that began before; a ban that is stored while the call runs may come too late for it. The id has to be new:
   * with one that is in use it rejects, whatever comes with it, and changes nothing.
   */
  create(post: PostRecord, media: readonly PostMedia[], outbox?: OutboxRows): Promise<CreatePostResult>
  /** The live posts with these ids, in any order. */
  byIds(ids: readonly string[]): Promise<PostRecord[]>
  /**
   * Changes a live post; `null` if there is none. Of `fields` each one that is named is set, or removed where it is `null`, and all others
   * stay: concurrent edits of different fields all take effect. Rejects with `invalid-input`, and changes nothing, where the fields
   * would be larger than `fieldsMaxBytes` (`mergeFields`).
   */
  edit(id: string, changes: PostChanges, outbox?: OutboxRows): Promise<PostRecord | null>
  /**
   * Takes a live post out of everything in one step and releases its media. Returns whether it was live: of concurrent
   * calls exactly one returns `true`.
   */
  remove(id: string, outbox?: OutboxRows): Promise<boolean>
  /** Removes at most `limit` live posts of an author, each as {@link remove} does. Resolves to the ids of those; done when there are none. */
  removeAll(authorId: string, limit: number): Promise<string[]>
  /** The live posts of an author, newest first. */
  byAuthor(authorId: string, keyset: Keyset): Promise<PostRecord[]>
  /** How many live posts each of these authors has, in the order of `authorIds`. */
  counts(authorIds: readonly string[]): Promise<number[]>
  /** Ids of removed posts of which a trace is left, the oldest first. */
  toPurge(limit: number): Promise<string[]>
  /** Removes the last trace of a removed post, when all else of it is gone. Does nothing for any other. Idempotent. */
  purge(id: string): Promise<void>
  /**
   * One step of comparing the counts of authors with their posts, as out-edges of kind `post`, and setting them right: at most
   * `limit` authors. It promises what {@link EdgeStore.recount} does.
   */
  recount(after: string | null, limit: number): Promise<RecountResult>
}
