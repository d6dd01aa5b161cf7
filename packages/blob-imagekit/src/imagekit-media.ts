import { tmpdir } from 'node:os'
import type { ImageKit } from '@imagekit/nodejs'
import type { Logger } from '@kith/core'
import { createCallBudget } from '@kith/core/adapter'
import type { BlobStore, DirectUploads } from '@kith/core/ports'
import { createAddresses } from './addresses.ts'
import { nameFolders } from './folders.ts'
import { createImageKitBlobs } from './imagekit-blobs.ts'
import { createImageKitDirect } from './imagekit-direct.ts'
import type { ImageKitPlace } from './imagekit-place.ts'

/** Where the media are. */
export interface ImageKitMediaOptions {
  /** Set up by the app: `new ImageKit({ privateKey })`. Nothing of it is changed. */
  client: ImageKit
  /** The public key that belongs to the private key of the client. */
  publicKey: string
  /** Where ImageKit delivers: `https://ik.imagekit.io/your_imagekit_id`, or your own domain. */
  urlEndpoint: string
  /** The folder of the media library that everything is under: letters, digits, `_`, `-` and `/`. @default 'kith' */
  folder?: string | undefined
  /**
   * Who may see the media. `private`: only clients that Kith's routes redirect, with signed URLs that expire. `public`: everybody who knows a URL.
   * @default 'private'
   */
  access?: 'private' | 'public' | undefined
  /**
   * Whether what is removed or replaced is purged from ImageKit's caches too, which takes one of the purges that an account
   * has a month. Without that a cache may show it for up to 180 days to anyone who still has a valid URL.
   * @default true
   */
  purge?: boolean | undefined
  /**
   * How many look-ups of sent files this process makes an hour at most: a confirmation makes two, one where nothing has come.
   * Confirmations get four fifths of it, the rest is left to upkeep, and each account up to a quarter of what others have left;
   * past that they are `media-unavailable` for a while.
   * @default 3,600
   * @reason One a second on average; more is somebody who confirms what was never sent.
   */
  lookUpsPerHour?: number | undefined
  /** Gets a warning when most of that is used. @default `console` */
  logger?: Logger | undefined
  /** Where files wait until they are whole. @default the system's own for temporary files */
  temporaryDirectory?: string | undefined
}

/** For the `media` option of Kith. */
export interface ImageKitMedia {
  /** A `GrantedBlobStore`, unless everybody may see the blobs. */
  blobs: BlobStore
  direct: DirectUploads
}

/**
 * Creates the media in the library of one ImageKit account. Does no I/O.
 * @throws TypeError for options that cannot work
 */
export function createImageKitMedia(options: ImageKitMediaOptions): ImageKitMedia {
  const { client, publicKey, urlEndpoint } = options
  const place: ImageKitPlace = {
    client,
    publicKey,
    folders: nameFolders(options.folder ?? 'kith'),
    addresses: createAddresses(client.privateKey, urlEndpoint),
    isPublic: options.access === 'public',
    purge: options.purge ?? true,
    temporaryDirectory: options.temporaryDirectory ?? tmpdir(),
    budget: createCallBudget({
      what: 'look-ups at ImageKit',
      option: 'lookUpsPerHour',
      limit: options.lookUpsPerHour ?? 3_600,
      windowSeconds: 3_600,
      logger: options.logger ?? console,
    }),
  }
  return { blobs: createImageKitBlobs(place), direct: createImageKitDirect(place) }
}
