import type { MediaConfig } from '../config/media-config.ts'
import type { MediaKind, Rendition } from './media-type.ts'
import type { MediaRecord } from './media-store.ts'

/** An image as returned to clients. */
export interface Image {
  url: string
  width: number
  height: number
  /** A placeholder to show while it loads, base64; `null` for a default avatar. */
  thumbhash: string | null
  renditions: Record<Rendition, string>
}

/** The parts of media URLs. */
export type MediaUrls = Pick<MediaConfig, 'blobs' | 'url'>

/** A stored image, as returned to clients. */
export function toImage(urls: MediaUrls, media: MediaRecord): Image {
  return {
    url: urlOf(urls, media.id, { rendition: null, kind: media.kind }),
    width: media.measures?.width ?? 0,
    height: media.measures?.height ?? 0,
    thumbhash: media.measures?.thumbhash ?? null,
    renditions: {
      thumb: urlOf(urls, media.id, { rendition: 'thumb', kind: 'image' }),
      feed: urlOf(urls, media.id, { rendition: 'feed', kind: 'image' }),
      full: urlOf(urls, media.id, { rendition: 'full', kind: 'image' }),
    },
  }
}

/** The URL of a blob: at its own host, or at the routes of Kith, which serve it or redirect. */
function urlOf(
  { blobs, url }: MediaUrls,
  id: string,
  { rendition, kind }: { rendition: Rendition | null; kind: MediaKind },
): string {
  if (blobs?.kind === 'public') return blobs.url(id, rendition, kind)
  return rendition ? `${url}/files/${id}/${rendition}` : `${url}/files/${id}`
}
