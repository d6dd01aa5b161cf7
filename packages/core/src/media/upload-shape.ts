import * as z from 'zod'
import type { Core } from '../core.ts'
import { type Image, type MediaUrls, toImage } from './image.ts'
import { type MediaKind, mediaTypes } from './media-type.ts'
import type { MediaType } from './media-type.ts'
import type { MediaRecord } from './media-store.ts'

/** An unused upload, as its owner sees it. */
export interface Upload {
  id: string
  kind: MediaKind
  url: string
  width: number
  height: number
  /** Seconds; videos only. */
  duration?: number
  thumbhash: string | null
  /** Its main colors, `#rrggbb`; empty for videos. */
  palette: string[]
  renditions: Partial<Image['renditions']>
}

/** The announcement of a direct upload. */
export interface SignUploadInput {
  contentType: MediaType
  /** In bytes, exactly. */
  size: number
}

/** The schema of {@link SignUploadInput}. */
export const signUploadInput: z.ZodType<SignUploadInput> = z.strictObject({
  contentType: z.enum(mediaTypes),
  size: z.int().min(1),
})

/** An upload as its owner sees it. */
export function toUpload(urls: MediaUrls, record: MediaRecord): Upload {
  const { url, width, height, thumbhash, renditions } = toImage(urls, record)
  const duration = record.measures?.durationSeconds ?? null
  return {
    id: record.id,
    kind: record.kind,
    url,
    width,
    height,
    ...(duration !== null && { duration }),
    thumbhash,
    palette: record.measures?.palette ?? [],
    renditions: record.kind === 'image' ? renditions : {},
  }
}

/** The media that can be used and are not used yet. */
export function presentUploads({ config: { media } }: Core, records: readonly MediaRecord[]): Upload[] {
  if (!media.blobs) return []
  return records
    .filter(({ state, attachment }) => state === 'ready' && attachment === null)
    .map((record) => toUpload(media, record))
}
