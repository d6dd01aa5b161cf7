import {
  blobStoreCases,
  type DirectConditions,
  directUploadsCases,
  grantedBlobStoreCases,
  runCases,
} from '@kith/conformance'
import { isGranted } from '@kith/core'
import { afterAll, beforeAll, describe, test } from 'vitest'
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
    runCases(test, grantedBlobStoreCases, async () => {
      const { blobs } = openMedia(account())
      if (!isGranted(blobs)) throw new Error('what is not public grants')
      return blobs
    })
  })
  describe('with public files', () => {
    runCases(test, blobStoreCases, async () => openMedia(account(), { access: 'public' }).blobs)
  })
  runCases(test, directUploadsCases, async () => ({
    ...openMedia(account(), { lookUpsPerHour: 300 }),
    fetch,
    conditions,
  }))
})
