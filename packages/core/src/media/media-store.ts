import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { Keyset } from '../page.ts'
import type { MediaKind, MediaType } from './media-type.ts'

/** The uses of a medium. */
export type MediaUse = 'post' | 'avatar' | 'cover'

/** The measurements of a medium when it was uploaded. */
export interface MediaMeasures {
  width: number
  height: number
  durationSeconds: number | null
  thumbhash: string | null
  palette: string[]
  lightness: number | null
  saturation: number | null
  takenAt: string | null
}

/**
 * A medium as stored. `reserved`: its blob is being stored. `ready`: it can be attached. `released`: nothing will use
 * it any more and its blob is to be removed. Its row is created before its blob and removed after it, so that a crash
 * leaves no blob unaccounted for.
 */
export interface MediaRecord {
  id: string
  ownerId: string
  kind: MediaKind
  contentType: MediaType
  createdAt: Date
  state: 'reserved' | 'ready' | 'released'
  /** `null` while reserved. */
  measures: MediaMeasures | null
  /** What it is attached to: the id of a post, or for an avatar or cover that of its user. */
  attachment: MediaAttachment | null
}

/** The place of a medium. */
export interface MediaAttachment {
  use: MediaUse
  subject: string
  position: number
  alt: string
}

/** The exclusive claim on processing one file, for a while. */
export interface MediaClaim {
  id: string
  /** Identifies the claiming call: the string is unique. */
  by: string
  now: Date
  /** When it expires, so that a process that died does not block others. */
  until: Date
}

/**
 * The result of {@link MediaStore.attach}: with the ids of released media; `gone` if the owner is deleted or banned;
 * `unavailable` if the medium cannot be attached.
 */
export type AttachResult =
  { outcome: 'attached'; released: string[] } | { outcome: 'gone' } | { outcome: 'unavailable' }

/**
 * Stores media rows. Posts attach theirs with {@link PostStore.create}. Records are copied on the way in and out.
 * `outbox` returns the rows to be stored with the change, by {@link OutboxRows}.
 */
export interface MediaStore {
  /**
   * Saves the row of a medium whose blob is about to be stored. Its id has to be new: with an id in use it rejects and
   * changes nothing.
   */
  reserve(media: MediaRecord): Promise<void>
  /** Makes a reserved medium ready. Returns `false` if it is no longer reserved: then its blob must be removed. */
  ready(id: string, measures: MediaMeasures): Promise<boolean>
  /**
   * Claims a reserved medium, unless another claim on it holds at `now`. Resolves to whether the claim is held: of
   * concurrent claims exactly one is, and one that is held may be made again.
   */
  claim(claim: MediaClaim): Promise<boolean>
  /** Ends a claim early. Does nothing if it is no longer held. */
  unclaim(claim: Pick<MediaClaim, 'id' | 'by'>): Promise<void>
  /** The media with these ids, in any order. */
  byIds(ids: readonly string[]): Promise<MediaRecord[]>
  /** The media of an owner that are not released, newest first. */
  byOwner(ownerId: string, keyset: Keyset): Promise<MediaRecord[]>
  /** All media whose ids sort after `after`, in any state, at most `limit`, by id: for upkeep. */
  list(after: string | null, limit: number): Promise<MediaRecord[]>
  /** The media attached to these subjects, in any order. */
  bySubjects(use: MediaUse, subjects: readonly string[]): Promise<MediaRecord[]>
  /**
   * Attaches a ready, unattached image of this owner to the owner, replacing the previous one, which is released; all
   * in one step. Any other outcome changes nothing.
   */
  attach(id: string, ownerId: string, use: 'avatar' | 'cover', outbox?: OutboxRows): Promise<AttachResult>
  /** Releases everything that is attached to a user, and resolves to the released ids. Idempotent. */
  detach(use: 'avatar' | 'cover', ownerId: string, outbox?: OutboxRows): Promise<string[]>
  /** Releases at most `limit` media of an owner. Resolves to how many; done at 0. */
  releaseAll(ownerId: string, limit: number): Promise<number>
  /**
   * Releases at most `limit` media that are unattached and were reserved before `before`, and returns at most `limit`
   * ids of released ones, oldest first. One that never became ready is returned only if it was reserved before
   * `before`, that of this sweep or of an earlier one: until then its blob may still be on the way. With `after` it
   * returns only ids that sort after that one, so that a blob that cannot be removed does not block the others. What it
   * returns can no longer be attached.
   */
  sweep(before: Date, limit: number, after?: string | null): Promise<string[]>
  /** Removes the row of a released medium, after its blob. Idempotent. */
  forget(id: string): Promise<void>
}
