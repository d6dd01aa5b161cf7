import { createHmac } from 'node:crypto'
import { type Rendition, renditionPixels } from '@kith/core/ports'

/** The delivery URLs of ImageKit. */
export interface Addresses {
  /** The URL of a stored file, or of a rendition of it. */
  of(path: string, rendition: Rendition | null): string
  /** The same, for a private file, until a given time. */
  signed(path: string, rendition: Rendition | null, until: Date): string
  /** All URLs in a folder, for a purge. */
  allIn(folder: string): string
}

/**
 * In ImageKit's syntax. Without `orig-true` it would deliver a version optimized for the requesting browser; with
 * `at_max` nothing is enlarged.
 */
const transformations: Readonly<Record<Rendition | 'original', string>> = {
  original: 'orig-true',
  thumb: `w-${renditionPixels.thumb},h-${renditionPixels.thumb},c-maintain_ratio,f-webp`,
  feed: `w-${renditionPixels.feed},h-${renditionPixels.feed},c-at_max,f-webp`,
  full: `w-${renditionPixels.full},h-${renditionPixels.full},c-at_max,f-webp`,
}

/** Creates them for one endpoint. Transformations are in the query: so one purge of a path covers them all. */
export function createAddresses(privateKey: string, urlEndpoint: string): Addresses {
  if (!/^https?:\/\/[^/?#]+(?:\/[^?#]*)?$/.test(urlEndpoint))
    throw new TypeError('createImageKitMedia: `urlEndpoint` is a URL such as https://ik.imagekit.io/your_id')
  const base = urlEndpoint.replace(/\/+$/, '')

  function relative(path: string, rendition: Rendition | null): string {
    return `${path.slice(1)}?tr=${transformations[rendition ?? 'original']}`
  }

  return {
    of: (path, rendition) => `${base}/${relative(path, rendition)}`,
    signed(path, rendition, until) {
      const file = relative(path, rendition)
      const seconds = Math.floor(until.getTime() / 1000)
      // The SDK's helper does the same, but counts from now, and signs expired URLs permanently.
      const signature = createHmac('sha1', privateKey).update(`${file}${seconds}`).digest('hex')
      return `${base}/${file}&ik-t=${seconds}&ik-s=${signature}`
    },
    allIn: (folder) => `${base}${folder}/*`,
  }
}
