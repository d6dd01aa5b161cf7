import type { VideoProcessor } from '@kith/core/ports'
import type { Case } from './case.ts'
import { inspectingCases } from './video-processor/inspecting.ts'
import { bombCases } from './video-processor/bombing.ts'
import { hidingCases } from './video-processor/hiding.ts'
import { strippingCases } from './video-processor/stripping.ts'

/** The promises of `VideoProcessor`. */
export const videoProcessorCases: readonly Case<VideoProcessor>[] = [
  ...inspectingCases,
  ...strippingCases,
  ...hidingCases,
  ...bombCases,
]
