import { imageProcessorCases } from '@kith/conformance'
import { testFlaws } from '../../../test/flaws.ts'
import { createSharpImages } from '../src/index.ts'
import { inspectingFlaws } from './broken-inspecting.ts'
import { measuringFlaws } from './broken-measuring.ts'
import { renderingFlaws } from './broken-rendering.ts'
import { storingFlaws } from './broken-storing.ts'

testFlaws(imageProcessorCases, () => createSharpImages(), [
  ...inspectingFlaws,
  ...storingFlaws,
  ...measuringFlaws,
  ...renderingFlaws,
])
