import { ImageKit } from '@imagekit/nodejs'
import { createImageKitCaptions, createImageKitMedia } from '@kith/blob-imagekit'
import { demand } from '../environment.ts'
import type { MediaHost, Opening } from './media-host.ts'

/** An ImageKit account, which can also describe pictures. */
export function openImageKit({ env }: Opening): MediaHost {
  const client = new ImageKit({ privateKey: demand(env, 'IMAGEKIT_PRIVATE_KEY', 'ImageKit') })
  const media = createImageKitMedia({
    client,
    publicKey: demand(env, 'IMAGEKIT_PUBLIC_KEY', 'IMAGEKIT_PRIVATE_KEY'),
    urlEndpoint: demand(env, 'IMAGEKIT_URL_ENDPOINT', 'IMAGEKIT_PRIVATE_KEY'),
  })
  return { ...media, captions: createImageKitCaptions({ client }) }
}
