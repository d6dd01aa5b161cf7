import { v2 as sdk } from 'cloudinary'
import { type MediaKind, type Rendition, renditionPixels } from '@kith/core/ports'
import type { CloudinaryApi, DeliveryType } from './cloudinary-api.ts'
import type { CloudinaryAccount } from './account.ts'

/** The target of a URL. */
export interface Target {
  publicId: string
  type: DeliveryType
  kind: MediaKind
  rendition: Rendition | null
}

/**
 * Cloudinary signs parameters and not the action: without this, anyone who sees a URL could replace or destroy its
 * target. Everything but a download, which has its own expiry, is refused for a timestamp that is an hour old.
 */
const datedBackMillis = 2 * 3_600_000

/** An API URL that expires: signed with everything in it, on every plan. It is not behind a CDN. */
export function downloadAddress(
  api: CloudinaryApi,
  { publicId, type, kind, rendition }: Target,
  until: Date,
): string {
  const params = {
    public_id: publicId,
    type,
    expires_at: secondsOf(until),
    timestamp: secondsOf(new Date(Date.now() - datedBackMillis)),
    ...(rendition && { transformation: transformationOf(rendition), format: renditionFormat }),
  }
  return `${api.address(kind, 'download')}?${new URLSearchParams(api.sign(params)).toString()}`
}

/** The CDN of an account. */
export interface Delivery {
  account: CloudinaryAccount
  /** Without a trailing slash. */
  deliveryUrl: string
}

/** A permanent public CDN URL. Renditions are signed, in case the account requires that. */
export function publicAddress(delivery: Delivery, target: Target): string {
  return delivery.deliveryUrl + pathOf(delivery, { ...target, isSigned: target.rendition !== null })
}

/** A CDN URL with a token that expires, for accounts with tokens. */
export function tokenAddress(delivery: Delivery & { tokenKey: string }, target: Target, until: Date): string {
  const address = new URL(delivery.deliveryUrl + pathOf(delivery, { ...target, isSigned: false }))
  const expiration = Math.floor(until.getTime() / 1000)
  return `${address.href}?${makeToken({ ...noToken, key: delivery.tokenKey, expiration, url: address.pathname })}`
}

type TokenOptions = Record<'key' | 'url', string> &
  Record<keyof typeof noToken, undefined> & { expiration: number }

// The SDK takes missing values from process-wide settings; its types require values that it does not use.
const noToken = {
  acl: undefined,
  ip: undefined,
  start_time: undefined,
  duration: undefined,
  token_name: undefined,
}
const makeToken = sdk.utils.generate_auth_token as unknown as (options: TokenOptions) => string

/** The part after the host, and after the cloud if that is part of the path. */
function pathOf(
  { account: { cloudName, apiSecret } }: Delivery,
  { publicId, type, kind, rendition, isSigned }: Target & { isSigned: boolean },
): string {
  const { pathname } = new URL(
    sdk.utils.url(publicId, {
      cloud_name: cloudName,
      api_secret: apiSecret,
      resource_type: kind,
      type,
      sign_url: isSigned,
      ...(rendition && { raw_transformation: transformationOf(rendition), format: renditionFormat }),
      ...ownSettings,
    }),
  )
  return pathname.slice(`/${cloudName}`.length)
}

/** Everything else that the SDK would take from process-wide settings. The host is not used. */
const ownSettings = {
  auth_token: false,
  force_version: true,
  long_url_signature: true,
  private_cdn: false,
  secure: true,
  shorten: false,
  urlAnalytics: false,
  use_root_path: false,
}

/**
 * Cloudinary's transformation for a rendition: for `thumb` first a square from the middle, then no larger than its size
 * and the image itself, in sRGB, and animated if the image is.
 */
function transformationOf(rendition: Rendition): string {
  const pixels = renditionPixels[rendition]
  const limit = `c_limit,cs_srgb,fl_awebp,h_${pixels},q_auto,w_${pixels}`
  return rendition === 'thumb' ? `ar_1:1,c_crop,g_center/${limit}` : limit
}

/** The format of all renditions. */
const renditionFormat = 'webp'

function secondsOf(time: Date): string {
  return String(Math.floor(time.getTime() / 1000))
}
