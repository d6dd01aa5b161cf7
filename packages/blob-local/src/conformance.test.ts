import { blobStoreCases, markedBlobStoreCases, runCases, servedBlobStoreCases } from '@kith/conformance'
import { describe, test } from 'vitest'
import { createCopyingImages } from '../test/copying-images.ts'
import { makeDirectory } from '../test/directories.ts'
import { createLocalBlobs } from './index.ts'

const images = createCopyingImages()

runCases(test, blobStoreCases, async () => createLocalBlobs({ directory: await makeDirectory(), images }))

runCases(test, markedBlobStoreCases, async () =>
  createLocalBlobs({ directory: await makeDirectory(), images }),
)

describe.each([true, false])('with AVIF: %s', (avif) =>
  runCases(test, servedBlobStoreCases, async () =>
    createLocalBlobs({ directory: await makeDirectory(), images, avif }),
  ),
)
