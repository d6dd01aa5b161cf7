import { imageProcessorCases } from '@kith/conformance'
import { testFlaws } from '../../../test/flaws.ts'
import { afterEach } from 'vitest'
import { boundFlaws } from './broken-bounds.ts'
import { inspectingFlaws } from './broken-inspecting.ts'
import { measuringFlaws } from './broken-measuring.ts'
import { renderingFlaws } from './broken-rendering.ts'
import { storingFlaws } from './broken-storing.ts'
import { closeImages, openImages } from './open-images.ts'

afterEach(closeImages)

testFlaws(imageProcessorCases, () => openImages(), [
  ...inspectingFlaws,
  ...storingFlaws,
  ...measuringFlaws,
  ...renderingFlaws,
  ...boundFlaws,
])
