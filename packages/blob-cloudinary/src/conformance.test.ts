import { randomUUID } from 'node:crypto'
import {
  blobStoreCases,
  type DirectConditions,
  directUploadsCases,
  grantedBlobStoreCases,
  publicBlobStoreCases,
  runCases,
} from '@kith/conformance'
import { describe, test } from 'vitest'
import { publicOf } from '../../../test/blob-samples.ts'
import { describeWithAccount, grantedBlobs, hasTokens } from '../test/cloudinary-media.ts'
import { type CloudinaryMediaOptions, createCloudinaryMedia } from './index.ts'

const conditions: DirectConditions = {
  sizeNotPinned: 'Cloudinary signs no size',
  kindNotMeasured: null,
  pixelsNotMeasured: null,
}

/** In an empty folder. */
function fresh(options: CloudinaryMediaOptions): CloudinaryMediaOptions {
  return { ...options, folder: `${options.folder ?? 'kith'}/${randomUUID()}` }
}

describeWithAccount('Cloudinary', (account) => {
  describe('with URLs of the API', () => {
    const open = () => createCloudinaryMedia(fresh(account().options))
    runCases(test.concurrent, blobStoreCases, async () => open().blobs)
    runCases(test.concurrent, grantedBlobStoreCases, async () => grantedBlobs(open()))
    runCases(test.concurrent, directUploadsCases, async () => ({ ...open(), fetch, conditions }))
  })

  describe.skipIf(!hasTokens)('with tokens', () => {
    const open = () => {
      const { options, tokenKey } = account()
      return createCloudinaryMedia({ ...fresh(options), access: { tokenKey: tokenKey ?? '' } })
    }
    runCases(test.concurrent, blobStoreCases, async () => open().blobs)
    runCases(test.concurrent, grantedBlobStoreCases, async () => grantedBlobs(open()))
  })

  describe('with public blobs', () => {
    const open = () => createCloudinaryMedia({ ...fresh(account().options), access: 'public' })
    runCases(test.concurrent, blobStoreCases, async () => open().blobs)
    runCases(test.concurrent, publicBlobStoreCases, async () => publicOf(open().blobs))
    runCases(test.concurrent, directUploadsCases, async () => ({ ...open(), fetch, conditions }))
  })
})
