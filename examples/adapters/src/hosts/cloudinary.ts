import { createCloudinaryCaptions, createCloudinaryMedia } from '@kith/blob-cloudinary'
import { demand } from '../environment.ts'
import type { MediaHost, Opening } from './media-host.ts'

/** A Cloudinary account, which can also describe pictures if it has that add-on. */
export function openCloudinary({ env }: Opening): MediaHost {
  const options = {
    account: demand(env, 'CLOUDINARY_URL', 'Cloudinary'),
    apiUrl: env['CLOUDINARY_API_URL'] || undefined,
    deliveryUrl: env['CLOUDINARY_DELIVERY_URL'] || undefined,
  }
  return { ...createCloudinaryMedia(options), captions: createCloudinaryCaptions(options) }
}
