import type { Logger } from '@kith/core'
import { createCallBudget } from '@kith/core/adapter'
import type { BlobStore, DirectUploads } from '@kith/core/ports'
import { type CloudinaryAccount, readAccount } from './account.ts'
import { nameAssets } from './asset-names.ts'
import { createCloudinaryApi } from './cloudinary-api.ts'
import { createCloudinaryBlobs } from './cloudinary-blobs.ts'
import { createCloudinaryDirect } from './cloudinary-direct.ts'
import type { CloudinaryPlace } from './cloudinary-place.ts'
import { rememberKinds } from './remembered-kinds.ts'

/**
 * Who may see the media. `private`: browsers that Kith's routes redirect, with API URLs that expire. With a `tokenKey`
 * the same on the CDN, for plans with token-based access. `public`: everyone, on the CDN, permanently.
 */
export type CloudinaryAccess = 'private' | 'public' | { tokenKey: string }

/** Where the media are stored. */
export interface CloudinaryMediaOptions {
  /**
   * `cloudinary://key:secret@cloud`, as in the dashboard, or its parts. The SDK's own settings are neither read nor
   * changed.
   */
  account: CloudinaryAccount | string
  /** The prefix of all public ids. @default 'kith' */
  folder?: string | undefined
  /** Who may see the media. Stored media stay as they are. @default 'private' */
  access?: CloudinaryAccess | undefined
  /** The API of your region, such as `https://api-eu.cloudinary.com`. @default 'https://api.cloudinary.com' */
  apiUrl?: string | undefined
  /** The CDN, including the cloud if that is part of its URLs. @default `https://res.cloudinary.com/` and the cloud */
  deliveryUrl?: string | undefined
  /**
   * How many Admin API requests this process may make per hour: 500 on the free plan, to be divided among processes.
   * Confirmations get four fifths of it, upkeep the rest, and each account up to a quarter of what others have left;
   * beyond that they are `media-unavailable` until the hour has moved on.
   * @default 500
   * @reason The limit of Cloudinary's free plan.
   */
  adminCallsPerHour?: number | undefined
  /** Gets a warning when most of that is used. @default `console` */
  logger?: Logger | undefined
  /** Used to call Cloudinary. @default the `fetch` of Node.js */
  fetch?: typeof fetch | undefined
}

/** For the `media` option of Kith. */
export interface CloudinaryMedia {
  /** A `GrantedBlobStore`, unless the blobs are public. */
  blobs: BlobStore
  direct: DirectUploads
}

/** Creates the media of one Cloudinary account. No I/O. @throws TypeError for invalid options */
export function createCloudinaryMedia(options: CloudinaryMediaOptions): CloudinaryMedia {
  const place = openPlace(options)
  return { blobs: createCloudinaryBlobs(place), direct: createCloudinaryDirect(place) }
}

/** Resolves the options. @throws TypeError */
export function openPlace(options: CloudinaryMediaOptions): CloudinaryPlace {
  const account = readAccount(options.account)
  const { access = 'private', fetch = globalThis.fetch } = options
  const tokenKey = typeof access === 'object' ? access.tokenKey : null
  if (tokenKey !== null && !/^(?:[0-9a-f]{2})+$/i.test(tokenKey))
    throw new TypeError('`access.tokenKey` is the hexadecimal key that Cloudinary gave you for tokens')
  const apiUrl = readUrl('apiUrl', options.apiUrl ?? 'https://api.cloudinary.com')
  const deliveryUrl = options.deliveryUrl ?? `https://res.cloudinary.com/${account.cloudName}`
  return {
    api: createCloudinaryApi({
      account,
      apiUrl,
      fetch,
      budget: createCallBudget({
        what: 'Admin API calls of Cloudinary',
        option: 'adminCallsPerHour',
        limit: options.adminCallsPerHour ?? 500,
        windowSeconds: 3_600,
        logger: options.logger ?? console,
      }),
    }),
    account,
    names: nameAssets(options.folder ?? 'kith'),
    kinds: rememberKinds(),
    type: access === 'public' ? 'upload' : 'authenticated',
    tokenKey,
    deliveryUrl: readUrl('deliveryUrl', deliveryUrl),
  }
}

function readUrl(option: string, url: string): string {
  if (!URL.canParse(url)) throw new TypeError(`\`${option}\` is a URL with its protocol`)
  return url.replace(/\/+$/, '')
}
