/** What an upload is. */
export type MediaKind = 'image' | 'video'

/** The sizes an image is served in; `original` is the stored form. Each keeps its aspect ratio, `thumb` is cropped square. */
export type Rendition = 'thumb' | 'feed' | 'full'

/** The content types that are accepted, told by the bytes, never by the name. SVG is not among them. */
export type MediaType =
  | 'image/jpeg'
  | 'image/png'
  | 'image/webp'
  | 'image/avif'
  | 'image/heic'
  | 'image/gif'
  | 'video/mp4'
  | 'video/webm'
  | 'video/quicktime'

/** The renditions of an image: the longest side, or the side of the square. */
export const renditionPixels: Readonly<Record<Rendition, number>> = Object.freeze({
  thumb: 320,
  feed: 1080,
  full: 2048,
})
