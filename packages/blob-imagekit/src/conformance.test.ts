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
import type { ImageKitMediaOptions } from './index.ts'

const conditions: DirectConditions = {
  sizeNotPinned: null,
  kindNotMeasured: null,
  pixelsNotMeasured: null,
}

let double: ImageKitDouble | null = null
beforeAll(async () => {
  if (!realAccount) double = await startImageKitDouble()
})
const ends: (() => unknown)[] = []
afterAll(async () => {
  for (const end of ends) await end()
  await double?.close()
})

/** Its folder stays until all tests have ended, because they wait for the host concurrently. */
function open(options: Partial<ImageKitMediaOptions> = {}): ReturnType<typeof openMedia> {
  return openMedia(account(), options, (end) => void ends.push(end as () => unknown))
}

function account(): Account {
  const found = realAccount ?? double
  if (!found) throw new Error('there is no account')
  return found
}

describe(realAccount ? 'ImageKit' : 'the double of ImageKit', () => {
  describe('with private files', () => {
    runCases(test.concurrent, blobStoreCases, async () => open().blobs)
    runCases(test.concurrent, grantedBlobStoreCases, async () => grantedOf(open().blobs))
  })
  describe('with public files', () => {
    runCases(test.concurrent, blobStoreCases, async () => open({ access: 'public' }).blobs)
    runCases(test.concurrent, publicBlobStoreCases, async () => publicOf(open({ access: 'public' }).blobs))
  })
  runCases(test.concurrent, directUploadsCases, async () => ({
    ...open({ lookUpsPerHour: 300 }),
    fetch,
    conditions,
  }))
})
