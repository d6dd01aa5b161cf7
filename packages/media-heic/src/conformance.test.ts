import { imageProcessorCases, runCases } from '@kith/conformance'
import { createSharpImages } from '@kith/media-sharp'
import { afterAll, test } from 'vitest'
import { createHeicDecoder } from './index.ts'

// One processor for all cases, because starting its processes takes longer than most of them.
const images = createSharpImages({ heic: createHeicDecoder() })
afterAll(() => images.close())

runCases(test, imageProcessorCases, async () => images)
