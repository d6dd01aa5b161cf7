import {
  blobStoreCases,
  type DirectConditions,
  directUploadsCases,
  grantedBlobStoreCases,
  runCases,
} from '@kith/conformance'
import { describe, test } from 'vitest'
import { describeWithAccount, grantedBlobs, hasTokens } from '../test/cloudinary-media.ts'
import { createCloudinaryMedia } from './index.ts'

const conditions: DirectConditions = {
  sizeNotPinned: 'Cloudinary signs no size',
  kindNotMeasured: null,
  pixelsNotMeasured: null,
}

describeWithAccount('Cloudinary', (account) => {
  describe('with addresses of the API', () => {
    const open = () => createCloudinaryMedia(account().options)
    runCases(test, blobStoreCases, async () => open().blobs)
    runCases(test, grantedBlobStoreCases, async () => grantedBlobs(open()))
    runCases(test, directUploadsCases, async () => ({ ...open(), fetch, conditions }))
  })

  describe.skipIf(!hasTokens)('with tokens', () => {
    const open = () => {
      const { options, tokenKey } = account()
      return createCloudinaryMedia({ ...options, access: { tokenKey: tokenKey ?? '' } })
    }
    runCases(test, blobStoreCases, async () => open().blobs)
    runCases(test, grantedBlobStoreCases, async () => grantedBlobs(open()))
  })

  describe('in public', () => {
    const open = () => createCloudinaryMedia({ ...account().options, access: 'public' })
    runCases(test, blobStoreCases, async () => open().blobs)
    runCases(test, directUploadsCases, async () => ({ ...open(), fetch, conditions }))
  })
})
