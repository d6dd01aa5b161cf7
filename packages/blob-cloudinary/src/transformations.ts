import { type Rendition, renditionPixels } from '@kith/core/ports'

/**
 * How Cloudinary is told to make a rendition: a square from the middle first for `thumb`, then no larger than its size and
 * than the image itself, in sRGB, still moving if the image does.
 */
export function transformationOf(rendition: Rendition): string {
  const pixels = renditionPixels[rendition]
  const limit = `c_limit,cs_srgb,fl_awebp,h_${pixels},q_auto,w_${pixels}`
  return rendition === 'thumb' ? `ar_1:1,c_crop,g_center/${limit}` : limit
}

/** What all renditions are served in. */
export const renditionFormat = 'webp'
