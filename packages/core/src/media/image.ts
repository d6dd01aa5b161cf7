import type { BlobStore } from './blob-store.ts'
import type { Rendition } from './media.ts'
import type { MediaRecord } from './media-store.ts'

/** An image as it is shown. */
export interface Image {
  url: string
  width: number
  height: number
  /** A placeholder to show while it loads, base64; `null` for a default avatar. */
  thumbhash: string | null
  renditions: Record<Rendition, string>
}

/** Shows a stored image. */
export function toImage(blobs: BlobStore, media: MediaRecord): Image {
  return {
    url: blobs.url(media.id, null, media.kind),
    width: media.measures?.width ?? 0,
    height: media.measures?.height ?? 0,
    thumbhash: media.measures?.thumbhash ?? null,
    renditions: {
      thumb: blobs.url(media.id, 'thumb'),
      feed: blobs.url(media.id, 'feed'),
      full: blobs.url(media.id, 'full'),
    },
  }
}
