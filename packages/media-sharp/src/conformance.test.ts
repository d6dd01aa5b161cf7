import { imageProcessorCases, runCases } from '@kith/conformance'
import { afterAll, describe, test } from 'vitest'
import { openImages, closeImages } from '../test/open-images.ts'

// One processor for all cases, because starting its processes takes longer than most of them.
afterAll(closeImages)

describe('in processes', () => {
  const images = openImages()
  runCases(test, imageProcessorCases, async () => images)
})

/** The case that needs a separate process: within the server, a decoder may use up the memory of the server. */
const needsProcess = 'images/memory-bound'

describe('without processes', () =>
  runCases(
    test,
    imageProcessorCases.filter(({ id }) => id !== needsProcess),
    async () => openImages({ isolation: 'none' }),
  ))
