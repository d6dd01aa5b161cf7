import type { ImageProcessor } from '@kith/core/ports'
import type { Case } from './case.ts'
import { boundCases } from './image-processor/bounds.ts'
import { fileCases } from './image-processor/files.ts'
import { inspectingCases } from './image-processor/inspecting.ts'
import { measuringCases } from './image-processor/measuring.ts'
import { normalizingCases } from './image-processor/normalizing.ts'
import { renderingCases } from './image-processor/rendering.ts'

/** The promises of `ImageProcessor`. */
export const imageProcessorCases: readonly Case<ImageProcessor>[] = [
  ...inspectingCases,
  ...normalizingCases,
  ...measuringCases,
  ...renderingCases,
  ...fileCases,
  ...boundCases,
]
