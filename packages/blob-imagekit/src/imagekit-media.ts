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

/** Where the media are stored. */
export interface ImageKitMediaOptions {
  /** Created by the app: `new ImageKit({ privateKey })`. Its settings are not changed. */
  client: ImageKit
  /** The public key for the client's private key. */
  publicKey: string
  /** ImageKit's delivery URL: `https://ik.imagekit.io/your_imagekit_id`, or your own domain. */
  urlEndpoint: string
  /** The folder of the media library for all files: letters, digits, `_`, `-` and `/`. @default 'kith' */
  folder?: string | undefined
  /**
   * Who may see the media. `private`: only clients that Kith's routes redirect, with signed URLs that expire. `public`:
   * everyone who has a URL.
   * @default 'private'
   */
  access?: 'private' | 'public' | undefined
  /**
   * Whether removed or replaced files are also purged from ImageKit's caches, which uses one of the account's monthly
   * purges. Without that a cache may show them for up to 180 days to anyone who still has a valid URL.
   * @default true
   */
  purge?: boolean | undefined
  /**
   * How many lookups of sent files this process may make per hour: a confirmation makes two, or one if nothing has
   * arrived. Confirmations get four fifths of it, upkeep the rest, and each account up to a quarter of what others have
   * left; beyond that they are `media-unavailable` for a while.
   * @default 3,600
   * @reason One a second on average; more means confirming files that were never sent.
   */
  lookUpsPerHour?: number | undefined
  /** Gets a warning when most of that is used. @default `console` */
  logger?: Logger | undefined
  /** Where files are kept until they are complete. @default the system's temporary folder */
  temporaryDirectory?: string | undefined
}

/** For the `media` option of Kith. */
export interface ImageKitMedia {
  /** A `GrantedBlobStore`, unless the blobs are public. */
  blobs: BlobStore
  direct: DirectUploads
}

/**
 * Creates the media in the library of one ImageKit account. No I/O.
 * @throws TypeError for invalid options
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
      what: 'lookups at ImageKit',
      option: 'lookUpsPerHour',
      limit: options.lookUpsPerHour ?? 3_600,
      windowSeconds: 3_600,
      logger: options.logger ?? console,
    }),
  }
  return { blobs: createImageKitBlobs(place), direct: createImageKitDirect(place) }
}
