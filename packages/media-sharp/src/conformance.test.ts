import { imageProcessorCases, runCases } from '@kith/conformance'
import { describe, test } from 'vitest'
import { createSharpImages } from './index.ts'

runCases(test, imageProcessorCases, async () => createSharpImages())

describe('where HEIC is decoded', () =>
  runCases(test, imageProcessorCases, async () => createSharpImages({ heic: 'libheif-js' })))
