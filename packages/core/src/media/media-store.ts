import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { Keyset } from '../page.ts'
import type { MediaKind, MediaType } from './media-type.ts'

/** What a medium is used for. */
export type MediaUse = 'post' | 'avatar' | 'cover'

/** What was measured of a medium when it was taken in. */
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
 * A medium as it is stored. `reserved`: its blob is being stored. `ready`: it can be attached. `released`: nothing will
 * use it any more and its blob is to be removed. Its row comes before its blob and goes after it, so that a crash leaves
 * no blob unaccounted for.
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
  /** What it is attached to: a post by its id, an avatar or cover by its user's. */
  attachment: MediaAttachment | null
}

/** The place of a medium. */
export interface MediaAttachment {
  use: MediaUse
  subject: string
  position: number
  alt: string
}

/** The right to take in one file, for a while. */
export interface MediaClaim {
  id: string
  /** Names the call that wants it: no other has this text. */
  by: string
  now: Date
  /** When it ends by itself, so that a process that died holds nobody up. */
  until: Date
}

/**
 * The response of {@link MediaStore.attach}: with the ids of what was released; `gone` where the owner is deleted or banned; `unavailable`
 * where the medium is none that can be attached.
 */
export type AttachResult =
  { outcome: 'attached'; released: string[] } | { outcome: 'gone' } | { outcome: 'unavailable' }

/**
 * Keeps what is known of media. Posts attach theirs by {@link PostStore.create}. Records go in and out as copies. `outbox` gives the
 * rows to be stored with the change, by {@link OutboxRows}.
 */
export interface MediaStore {
  /**
   * Saves the row of a medium whose blob is about to be stored. Its id has to be new: with one that is in use it rejects
   * and changes nothing.
   */
  reserve(media: MediaRecord): Promise<void>
  /** Makes a reserved medium ready. Returns `false` if it no longer waits for that: then its blob has to go. */
  ready(id: string, measures: MediaMeasures): Promise<boolean>
  /**
   * Claims a reserved medium, unless another claim on it holds at `now`. Resolves to whether the claim is held: of
   * concurrent claims exactly one is, and one that is held may be made again.
   */
  claim(claim: MediaClaim): Promise<boolean>
  /** Ends a claim before its time. Does nothing if it is not held any more. */
  unclaim(claim: Pick<MediaClaim, 'id' | 'by'>): Promise<void>
  /** The media with these ids, in any order. */
  byIds(ids: readonly string[]): Promise<MediaRecord[]>
  /** The media of an owner that are not released, newest first. */
  byOwner(ownerId: string, keyset: Keyset): Promise<MediaRecord[]>
  /** All media whose ids sort after `after`, in whatever state, at most `limit`, by id: for upkeep. */
  list(after: string | null, limit: number): Promise<MediaRecord[]>
  /** The media attached to these subjects, in any order. */
  bySubjects(use: MediaUse, subjects: readonly string[]): Promise<MediaRecord[]>
  /**
   * Attaches a ready, unattached image of this owner to the owner, in place of the one before, which is released; all in one step.
   * Any other outcome changes nothing.
   */
  attach(id: string, ownerId: string, use: 'avatar' | 'cover', outbox?: OutboxRows): Promise<AttachResult>
  /** Releases what is attached to a user, and resolves to the ids of that. Idempotent. */
  detach(use: 'avatar' | 'cover', ownerId: string, outbox?: OutboxRows): Promise<string[]>
  /** Releases at most `limit` media of an owner. Resolves to how many; done at 0. */
  releaseAll(ownerId: string, limit: number): Promise<number>
  /**
   * Releases at most `limit` media that are unattached and were reserved before `before`, and returns at most `limit`
   * ids of released ones, oldest first. One that never became ready is answered only if it was reserved before `before`,
   * that of this sweep or of an earlier one: until then its blob may still be on the way. With `after` it names only ids
   * that sort behind that one, so that a blob that cannot be removed keeps no other from it. What it answers can no longer
   * be attached.
   */
  sweep(before: Date, limit: number, after?: string | null): Promise<string[]>
  /** Removes the row of a released medium, after its blob. Idempotent. */
  forget(id: string): Promise<void>
}
