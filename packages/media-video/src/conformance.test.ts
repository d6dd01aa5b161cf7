import { runCases, videoProcessorCases } from '@kith/conformance'
import { afterAll, describe, test } from 'vitest'
import { createMediabunnyVideos } from './index.ts'

describe('in processes', () => {
  const videos = createMediabunnyVideos()
  afterAll(() => videos.close())
  runCases(test, videoProcessorCases, async () => videos)
})

describe('in the server', () => {
  // There, the claims of a file may use the server's memory until its budget is used up.
  const cases = videoProcessorCases.filter(({ id }) => !id.startsWith('videos/bomb-'))
  runCases(test, cases, async () => createMediabunnyVideos({ isolation: 'none' }))
})
