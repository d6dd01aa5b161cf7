/** The kinds of uploads. */
export type MediaKind = 'image' | 'video'

/**
 * The sizes an image is served in; `original` is the stored image. Each keeps its aspect ratio, `thumb` is cropped
 * square.
 */
export type Rendition = 'thumb' | 'feed' | 'full'

/** The formats of renditions. Every browser shows WebP; AVIF is smaller, but not universal. */
export type RenditionFormat = 'webp' | 'avif'

/** A rendition in a format. */
export interface RenditionForm {
  rendition: Rendition
  /** The requested format; if unavailable, it is WebP. */
  format: RenditionFormat
  /** The account whose image it is: where renditions are made in turn, its turn. */
  turn?: string | undefined
}

/** The accepted content types, detected from the bytes, never from the name. SVG is not among them. */
export const mediaTypes = [
  'image/jpeg',
  'image/png',
  'image/webp',
  'image/avif',
  'image/heic',
  'image/gif',
  'video/mp4',
  'video/webm',
  'video/quicktime',
] as const

Object.freeze(mediaTypes)

/** One of {@link mediaTypes}. */
export type MediaType = (typeof mediaTypes)[number]

/** The file name extensions of the types, without the dot. */
export const extensionOf: Readonly<Record<MediaType, string>> = Object.freeze({
  'image/jpeg': 'jpg',
  'image/png': 'png',
  'image/webp': 'webp',
  'image/avif': 'avif',
  'image/heic': 'heic',
  'image/gif': 'gif',
  'video/mp4': 'mp4',
  'video/webm': 'webm',
  'video/quicktime': 'mov',
})

/** The renditions of an image: the longest side, or the side of the square. */
export const renditionPixels: Readonly<Record<Rendition, number>> = Object.freeze({
  thumb: 320,
  feed: 1080,
  full: 2048,
})
