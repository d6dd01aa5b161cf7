import {
  blobStoreCases,
  type DirectConditions,
  directUploadsCases,
  grantedBlobStoreCases,
  publicBlobStoreCases,
  runCases,
} from '@kith/conformance'
import { afterAll, beforeAll, describe, test } from 'vitest'
import { grantedOf, publicOf } from '../../../test/blob-samples.ts'
import { type ImageKitDouble, startImageKitDouble } from '../test/double/imagekit-double.ts'
import { type Account, openMedia, realAccount } from '../test/imagekit-media.ts'

const conditions: DirectConditions = {
  sizeNotPinned: null,
  kindNotMeasured: null,
  pixelsNotMeasured: null,
}

let double: ImageKitDouble | null = null
beforeAll(async () => {
  if (!realAccount) double = await startImageKitDouble()
})
afterAll(() => double?.close())

function account(): Account {
  const found = realAccount ?? double
  if (!found) throw new Error('there is no account')
  return found
}

describe(realAccount ? 'ImageKit' : 'the double of ImageKit', () => {
  describe('with private files', () => {
    runCases(test, blobStoreCases, async () => openMedia(account()).blobs)
    runCases(test, grantedBlobStoreCases, async () => grantedOf(openMedia(account()).blobs))
  })
  describe('with public files', () => {
    runCases(test, blobStoreCases, async () => openMedia(account(), { access: 'public' }).blobs)
    runCases(test, publicBlobStoreCases, async () =>
      publicOf(openMedia(account(), { access: 'public' }).blobs),
    )
  })
  runCases(test, directUploadsCases, async () => ({
    ...openMedia(account(), { lookUpsPerHour: 300 }),
    fetch,
    conditions,
  }))
})
