import type { MediaAttachment, MediaRecord } from '@kith/core/ports'
import type { Document, UpdateFilter } from 'mongodb'
import type { Collection, Identified } from './collection.ts'

/** The place of a medium. Of several avatars of one account, which a crash may leave, the latest counts. */
interface MediaPlace extends MediaAttachment {
  /** For an avatar or cover: how many the account had with it. */
  order?: number
}

/** A medium. */
export interface MediaDocument extends Identified, Omit<MediaRecord, 'id' | 'attachment'> {
  attachment: MediaPlace | null
  /**
   * Present while a sweep has to check it: it is unused, or was released before it was ready. On a standalone also
   * while the call that attaches it runs.
   */
  unusedSince?: Date
  /** Present when a sweep may return it. */
  released?: true
  /** Present while a file is being processed: by which call, and until when at most. */
  claim?: { by: string; until: Date }
}

/** The lower bound in an index of dates. */
export const longAgo: Date = new Date(0)

/** A medium whose blob is about to be stored. */
export function mediaDocument({ id, ...media }: MediaRecord): MediaDocument {
  return { _id: id, ...media, unusedSince: media.createdAt }
}

/** A medium from its document. */
export function mediaFrom(row: MediaDocument): MediaRecord {
  return {
    id: row._id,
    ownerId: row.ownerId,
    kind: row.kind,
    contentType: row.contentType,
    createdAt: row.createdAt,
    state: row.state,
    measures: row.measures,
    attachment: row.attachment && placeFrom(row.attachment),
  }
}

function placeFrom({ use, subject, position, alt }: MediaPlace): MediaAttachment {
  return { use, subject, position, alt }
}

/** Releases media that were ready. */
export const release: UpdateFilter<MediaDocument> = Object.freeze({
  $set: { state: 'released', released: true, attachment: null },
  $unset: { unusedSince: '' },
} as const)

/** Returns media that were attached to something that does not exist. */
export const freed: Document[] = [{ $set: { attachment: null, unusedSince: '$createdAt' } }]

/** An upload that its owner can attach. */
export function free(id: string, ownerId: string): object {
  return { _id: id, ownerId, state: 'ready', attachment: null }
}

/** Everything attached to subjects. */
export function attachedTo(use: MediaAttachment['use'], subject: unknown): object {
  return { 'attachment.subject': subject, 'attachment.use': use }
}

/** Of several avatars or covers of one account, the latest. */
export function newestPlaced(found: readonly MediaDocument[]): MediaDocument[] {
  const bySubject = new Map<string, MediaDocument>()
  for (const row of found) {
    const subject = row.attachment?.subject ?? ''
    const other = bySubject.get(subject)
    if (!other || orderOf(other) < orderOf(row)) bySubject.set(subject, row)
  }
  return [...bySubject.values()]
}

function orderOf({ attachment }: MediaDocument): number {
  return attachment?.order ?? 0
}

/** Which of these uploads an owner cannot attach. */
export async function unavailable(
  media: Collection<MediaDocument>,
  ownerId: string,
  ids: readonly string[],
): Promise<string[]> {
  const found = await media.find(
    { _id: { $in: [...ids] }, ownerId, state: 'ready', attachment: null },
    { fields: ['_id'] },
  )
  const usable = new Set(found.map(({ _id }) => _id))
  return ids.filter((id) => !usable.has(id))
}
