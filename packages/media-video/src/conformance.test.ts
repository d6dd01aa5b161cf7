import { runCases, videoProcessorCases } from '@kith/conformance'
import { afterAll, describe, test } from 'vitest'
import { createMediabunnyVideos } from './index.ts'

describe.each(['process', 'none'] as const)('isolation: %s', (isolation) => {
  const videos = createMediabunnyVideos({ isolation })
  afterAll(() => videos.close())
  runCases(test, videoProcessorCases, async () => videos)
})
