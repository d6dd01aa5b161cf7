import type { CaptionWriter } from '@kith/core/ports'
import { answeringCases } from './caption-writer/answering.ts'
import { stoppingCases } from './caption-writer/stopping.ts'
import type { Case } from './case.ts'

/** The promises of `CaptionWriter`. A writer that calls a model gets one that responds. */
export const captionWriterCases: readonly Case<CaptionWriter>[] = [...answeringCases, ...stoppingCases]
