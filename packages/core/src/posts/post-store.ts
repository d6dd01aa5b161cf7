import type { RecountResult } from '../graph/edge-store.ts'
import type { Keyset } from '../page.ts'
import type { Removal } from '../upkeep/removal.ts'

/** A post as it is stored. Its media are kept by the media store. */
export interface PostRecord {
  id: string
  authorId: string
  caption: string
  createdAt: Date
  editedAt: Date | null
}

/** An upload that goes with a post, in its place. */
export interface PostMedia {
  id: string
  alt: string
}

/** The answer of {@link PostStore.create}: with uploads that are missing, not the author's, or in use already. */
export type CreatePostResult = { outcome: 'created' } | { outcome: 'media-unavailable'; ids: string[] }

/** Keeps posts. A removed post is absent from every answer but {@link toPurge}. Records go in and out as copies. */
export interface PostStore {
  /**
   * Saves a post and attaches its media in one step: all of it or nothing. Each upload must be ready, of the author, and
   * unattached: of concurrent posts with one upload exactly one is created. The id has to be new: with one that is in use
   * it rejects, whatever comes with it, and changes nothing.
   */
  create(post: PostRecord, media: readonly PostMedia[]): Promise<CreatePostResult>
  /** The live posts with these ids, in any order. */
  byIds(ids: readonly string[]): Promise<PostRecord[]>
  /** Changes the caption of a live post; `null` if there is none. */
  edit(id: string, caption: string, editedAt: Date): Promise<PostRecord | null>
  /**
   * Takes a live post out of everything in one step and releases its media. Answers whether it was live: of concurrent
   * calls exactly one answers `true`.
   */
  remove(id: string): Promise<boolean>
  /** Removes at most `limit` live posts of an author, each as {@link remove} does. Resolves to the ids of those; done when there are none. */
  removeAll(authorId: string, limit: number): Promise<string[]>
  /** The live posts of an author, newest first. */
  byAuthor(authorId: string, keyset: Keyset): Promise<PostRecord[]>
  /** How many live posts each of these authors has, in the order of `authorIds`. */
  counts(authorIds: readonly string[]): Promise<number[]>
  /**
   * Removed posts that are due to be purged at `now`: first those that never were, then those that were and are due
   * again, which came due first; among equals the oldest id first.
   */
  toPurge(now: Date, limit: number): Promise<Removal[]>
  /**
   * Notes that a removed post was purged and is due again at `again`; with `null`, removes its last trace. Does nothing
   * for any other. Idempotent.
   */
  purge(id: string, again: Date | null): Promise<void>
  /**
   * One step of comparing the counts of authors with their posts, as out-edges of kind `post`, and setting them right: at most
   * `limit` authors. It promises what {@link EdgeStore.recount} does.
   */
  recount(after: string | null, limit: number): Promise<RecountResult>
}
