import type { ImageProcessor } from '@kith/core/ports'
import { type DoubleAssets, describeAsset } from './assets.ts'
import { measure } from './formats.ts'
import { refuse } from './refuse.ts'
import { demandSigned, type DoubleAccount } from './signatures.ts'

// https://cloudinary.com/documentation/image_upload_api_reference#upload and ..._upload#chunked_asset_upload

/** The limits of the free plan. */
export interface DoubleLimits {
  imageBytes: number
  videoBytes: number
  rawBytes: number
}

/** The parts of a request. */
export interface SentForm {
  params: Readonly<Record<string, string>>
  file: File | null
  range: string | null
  uploadId: string | null
}

const mebibyte = 1024 * 1024

interface Uploading {
  parts: Buffer[]
  count: number
}

/** Accepts files, in one request or in parts. */
export function createUploads(of: {
  account: DoubleAccount
  assets: DoubleAssets
  images: ImageProcessor
  limits: DoubleLimits
}): {
  upload(resourceType: string, form: SentForm): Promise<Record<string, unknown>>
  /** Uploads that were started but not completed. */
  readonly unfinished: Map<string, Uploading>
} {
  const { account, assets, images, limits } = of
  const unfinished = new Map<string, Uploading>()

  /** The complete file, or `null` while parts are missing. */
  async function assemble({ file, range, uploadId }: SentForm): Promise<Buffer | null> {
    if (!file) refuse(400, 'Missing required parameter - file')
    const bytes = Buffer.from(await file.arrayBuffer())
    if (bytes.length > 100 * mebibyte) refuse(400, 'File size too large. Use chunked upload.')
    if (range === null) return bytes
    const [, from, to, total] = /^bytes (\d+)-(\d+)\/(-1|\d+)$/.exec(range)?.map(Number) ?? []
    if (from === undefined || to === undefined || total === undefined || uploadId === null)
      refuse(400, 'Invalid Content-Range')
    if (to - from + 1 !== bytes.length) refuse(400, 'Content-Range does not match the size of the part')
    const isLast = to + 1 === total
    if (!isLast && bytes.length < 5 * mebibyte)
      refuse(400, 'All parts except EOF-chunk must be larger than 5mb')
    const upload = unfinished.get(uploadId) ?? { parts: [], count: 0 }
    // A part may be repeated; none may be omitted.
    const known =
      upload.count === from ? null : upload.parts.find((_, index) => startOf(upload, index) === from)
    if (known === undefined) refuse(400, 'Parts have to be sent one after the other')
    if (known === null) {
      upload.parts.push(bytes)
      upload.count += bytes.length
    }
    unfinished.set(uploadId, upload)
    if (!isLast) return null
    unfinished.delete(uploadId)
    return Buffer.concat(upload.parts)
  }

  return {
    unfinished,
    async upload(askedType, form) {
      const { params } = form
      if (!['image', 'video', 'raw', 'auto'].includes(askedType))
        refuse(400, `Invalid resource type ${askedType}`)
      demandSigned(params, account)
      const { public_id: publicId, type = 'upload', allowed_formats: allowed } = params
      if (!['upload', 'private', 'authenticated'].includes(type)) refuse(400, `Invalid type ${type}`)
      // Cloudinary would generate one; a caller that sends none has forgotten it.
      if (publicId === undefined) refuse(400, 'The double of Cloudinary wants a public_id')
      if (/[?&#\\%<>+]|^\/|\/$|^\s|\s$/.test(publicId)) refuse(400, `public_id (${publicId}) is invalid`)
      const bytes = await assemble(form)
      if (!bytes)
        return {
          done: false,
          bytes: unfinished.get(form.uploadId ?? '')?.count,
          public_id: publicId,
          kind: type,
        }
      const measured = await measure(bytes, { resourceType: askedType, name: form.file?.name ?? '' }, images)
      const { resourceType, format } = measured
      if (allowed !== undefined && !allowed.split(',').includes(format ?? ''))
        refuse(400, `${kindNames[resourceType]} file format ${format ?? 'unknown'} not allowed`)
      const maximum = limits[`${resourceType}Bytes`]
      if (bytes.length > maximum)
        refuse(
          400,
          `File size too large. Got ${bytes.length}. Maximum is ${maximum}. Upgrade your plan to enjoy higher limits`,
        )
      const existing = assets.get(resourceType, type, publicId)
      if (existing && params['overwrite'] === 'false') return { ...describeAsset(existing), existing: true }
      const asset = { publicId, type, bytes, ...measured }
      return describeAsset(assets.save(asset, params['invalidate'] === 'true'))
    },
  }
}

const kindNames = { image: 'Image', video: 'Video', raw: 'Raw' } as const

function startOf({ parts }: Uploading, index: number): number {
  return parts.slice(0, index).reduce((sum, part) => sum + part.length, 0)
}
