import type { ImageProcessor } from '@kith/core/ports'
import type { CachedFile, DoubleAsset, DoubleAssets } from './assets.ts'
import { contentTypeOf } from './formats.ts'
import { refuse } from './refuse.ts'
import { demandSigned, type DoubleAccount, isDeliverySignature } from './signatures.ts'
import { isToken } from './tokens.ts'
import { parseTransformation, transform } from './transformations.ts'

/** The requests of browsers. */
export interface DoubleDelivery {
  /** `/<resource type>/download`, which reads from the account each time. */
  download(resourceType: string, params: Readonly<Record<string, string>>): Promise<CachedFile>
  /** A URL of the CDN, which caches. */
  deliver(url: URL): Promise<CachedFile>
}

/** Delivers assets and their transformations. */
export function createDelivery(of: {
  account: DoubleAccount
  assets: DoubleAssets
  images: ImageProcessor
  tokenKey: string
  isStrict: boolean
}): DoubleDelivery {
  const { account, assets, images, tokenKey, isStrict } = of

  async function make(
    asset: DoubleAsset,
    transformation: string,
    format: string | null,
  ): Promise<CachedFile> {
    if (transformation === '' && (format === null || format === asset.format))
      return { asset, contentType: contentTypeOf(asset.format), bytes: asset.bytes }
    if (asset.resourceType !== 'image' || format !== 'webp')
      refuse(400, 'This is more than the double of Cloudinary can make')
    const bytes = await transform(asset.bytes, parseTransformation(transformation), images)
    return { asset, contentType: 'image/webp', bytes }
  }

  function find(resourceType: string, type: string, publicId: string): DoubleAsset {
    return assets.get(resourceType, type, publicId) ?? refuse(404, `Resource not found - ${publicId}`)
  }

  return {
    async download(resourceType, params) {
      demandSigned(params, account, true)
      const { public_id: publicId, type = 'upload', transformation = '', format = null } = params
      if (publicId === undefined) refuse(400, 'Missing required parameter - public_id')
      return await make(find(resourceType, type, publicId), transformation, format)
    },
    async deliver(url) {
      const cached = assets.cdn.get(url.pathname)
      const parsed = parseDelivery(url.pathname.replace(/^\/res/, ''))
      const { resourceType, type, signature, source, transformation } = parsed
      const token = url.searchParams.get('__cld_token__')
      const isTokened = token !== null && isToken(token, url.pathname, tokenKey)
      const isSigned = signature !== null && isDeliverySignature(signature, source, account)
      if (signature !== null && !isSigned) refuse(401, 'Invalid signature')
      if (type !== 'upload' && !isSigned && !isTokened) refuse(401, 'unauthorized')
      if (isStrict && transformation !== '' && !isSigned) refuse(401, 'Strict transformations are on')
      if (cached) return cached
      const { publicId, format } = parsed
      const asset = find(resourceType, type, publicId)
      const made = await make(asset, transformation, format)
      if (assets.get(resourceType, type, publicId) === asset) assets.cdn.set(url.pathname, made)
      return made
    },
  }
}

interface DeliveryPath {
  resourceType: string
  type: string
  signature: string | null
  transformation: string
  publicId: string
  format: string | null
  /** The signed string: the transformation and the public id with its extension. */
  source: string
}

/** `/<cloud>/<resource type>/<type>/s--<signature>--/<transformation>/v<version>/<public id>.<format>` */
export function parseDelivery(path: string): DeliveryPath {
  const grammar =
    /^\/[\w-]+\/(image|video|raw)\/(upload|private|authenticated)\/(?:s--([\w-]+)--\/)?(?:(.+?)\/)?v\d+\/(.+?)(?:\.(\w+))?$/
  const match = grammar.exec(decodeURIComponent(path))
  if (!match) refuse(400, 'Invalid URL')
  const [
    ,
    resourceType = '',
    type = '',
    signature = null,
    transformation = '',
    publicId = '',
    format = null,
  ] = match
  const source = [transformation, publicId + (format === null ? '' : `.${format}`)].filter(Boolean).join('/')
  return { resourceType, type, signature, transformation, publicId, format, source }
}
