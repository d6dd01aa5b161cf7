import { imageProcessorCases } from '@kith/conformance'
import { testFlaws } from '../../../test/flaws.ts'
import { afterAll } from 'vitest'
import { boundFlaws } from './broken-bounds.ts'
import { inspectingFlaws } from './broken-inspecting.ts'
import { measuringFlaws } from './broken-measuring.ts'
import { renderingFlaws } from './broken-rendering.ts'
import { storingFlaws } from './broken-storing.ts'
import { closeImages, openImages } from './open-images.ts'

// One processor under all flaws, because starting its processes takes longer than most cases.
afterAll(closeImages)

const images = openImages()
testFlaws(imageProcessorCases, () => images, [
  ...inspectingFlaws,
  ...storingFlaws,
  ...measuringFlaws,
  ...renderingFlaws,
  ...boundFlaws,
])
