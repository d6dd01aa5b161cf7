import type { RecountResult } from '../graph/edge-store.ts'
import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { FieldChanges, StoredFields } from '../own-fields/stored-fields.ts'
import type { Keyset } from '../page.ts'

/** A post as stored. The media store has its media. */
export interface PostRecord {
  id: string
  authorId: string
  caption: string
  createdAt: Date
  editedAt: Date | null
  /** The app's own fields. */
  fields: StoredFields
}

/** The changes of {@link PostStore.edit}. Absent fields stay as they are. */
export interface PostChanges {
  caption?: string | undefined
  fields?: FieldChanges | undefined
  editedAt: Date
}

/** An upload of a post, in its position. */
export interface PostMedia {
  id: string
  alt: string
}

/**
 * The result of {@link PostStore.create}: `gone` if the author is deleted or banned; or the uploads that are missing,
 * not the author's, or already in use.
 */
export type CreatePostResult =
  { outcome: 'created' } | { outcome: 'gone' } | { outcome: 'media-unavailable'; ids: string[] }

/**
 * Stores posts. A removed post is absent from every result but {@link toPurge}. Records are copied on the way in and
 * out. `outbox` returns the rows to be stored with the change, by {@link OutboxRows}.
 */
export interface PostStore {
  /**
   * Saves a post of a live author and attaches its media in one step: all of it or nothing. Each upload must be ready,
   * of the author, and unattached: of concurrent posts with one upload exactly one is created. Once `markDeleted` has
   * resolved for the author, no call creates, not even one that began before; a ban that is stored while the call runs
   * may be too late for it. The id has to be new: with an id in use it rejects, whatever the other arguments, and
   * changes nothing.
   */
  create(post: PostRecord, media: readonly PostMedia[], outbox?: OutboxRows): Promise<CreatePostResult>
  /** The live posts with these ids, in any order. */
  byIds(ids: readonly string[]): Promise<PostRecord[]>
  /**
   * Changes a live post; `null` if there is none. Of `fields` each named one is set, or removed if it is `null`, and
   * all others stay: concurrent edits of different fields all take effect. Rejects with `invalid-input`, and changes
   * nothing, if the fields would be larger than `fieldsMaxBytes` (`mergeFields`).
   */
  edit(id: string, changes: PostChanges, outbox?: OutboxRows): Promise<PostRecord | null>
  /**
   * Removes a live post from all lists and counts in one step and releases its media. Returns whether it was live: of
   * concurrent calls exactly one returns `true`.
   */
  remove(id: string, outbox?: OutboxRows): Promise<boolean>
  /**
   * Removes at most `limit` live posts of an author, each as {@link remove} does. Resolves to their ids; done when
   * there are none.
   */
  removeAll(authorId: string, limit: number): Promise<string[]>
  /** The live posts of an author, newest first. */
  byAuthor(authorId: string, keyset: Keyset): Promise<PostRecord[]>
  /** How many live posts each of these authors has, in the order of `authorIds`. */
  counts(authorIds: readonly string[]): Promise<number[]>
  /** Ids of removed posts that are not purged, the oldest first. */
  toPurge(limit: number): Promise<string[]>
  /**
   * Removes the last trace of a removed post, when all its other data is gone. Does nothing for any other. Idempotent.
   */
  purge(id: string): Promise<void>
  /**
   * One step of comparing the counts of authors with their posts, as out-edges of kind `post`, and correcting them: at
   * most `limit` authors. It has the promises of {@link EdgeStore.recount}.
   */
  recount(after: string | null, limit: number): Promise<RecountResult>
}
