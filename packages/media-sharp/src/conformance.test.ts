import { imageProcessorCases, runCases } from '@kith/conformance'
import { afterEach, describe, test } from 'vitest'
import { openImages, closeImages } from '../test/open-images.ts'

afterEach(closeImages)

runCases(test, imageProcessorCases, async () => openImages())

describe('where HEIC is decoded', () =>
  runCases(test, imageProcessorCases, async () => openImages({ heic: 'libheif-js' })))

/** What a process of its own is for: in the server's, a decoder may use up the memory of the server. */
const needsProcess = /the calling process grow/

describe('without processes', () =>
  runCases(
    test,
    imageProcessorCases.filter(({ name }) => !needsProcess.test(name)),
    async () => openImages({ isolation: 'none' }),
  ))
