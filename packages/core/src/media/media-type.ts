/** What an upload is. */
export type MediaKind = 'image' | 'video'

/** The sizes an image is served in; `original` is the stored form. Each keeps its aspect ratio, `thumb` is cropped square. */
export type Rendition = 'thumb' | 'feed' | 'full'

/** What renditions are written in. Every browser shows WebP; AVIF is smaller, and not shown by all. */
export type RenditionFormat = 'webp' | 'avif'

/** A rendition in a format. */
export interface RenditionForm {
  rendition: Rendition
  /** The one that is wanted; where it cannot be had, it is WebP. */
  format: RenditionFormat
  /** The account whose image it is: where renditions are made in turn, its turn. */
  turn?: string | undefined
}

/** The content types that are accepted, told by the bytes, never by the name. SVG is not among them. */
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

/** How the names of files of a type end, without the dot. */
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
