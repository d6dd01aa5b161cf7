import { runCases, videoProcessorCases } from '@kith/conformance'
import { test } from 'vitest'
import { createMediabunnyVideos } from './index.ts'

runCases(test, videoProcessorCases, async () => createMediabunnyVideos())
