export { type CallBudget, type CallBudgetOptions, type CallCause, createCallBudget } from '../call-budget.ts'
export {
  createFairQueue,
  type FairQueue,
  type FairQueueOptions,
  type QueueLoad,
  type Turn,
} from '../fair-queue.ts'
export type { DecodeHeic, HeicDecoder, HeicFile } from '../media/heic-decoder.ts'
export type { MediaJob, MediaVerbs } from './media-job.ts'
export type { MediaProcesses } from './media-processes.ts'
export {
  createMediaWork,
  type MediaLimits,
  type MediaWorkChoices,
  type MediaWorkOptions,
} from './media-work.ts'
export { moduleBeside } from './module-beside.ts'
export { serveMediaJobs } from './serve-media-jobs.ts'
export { createLog } from '../log/log.ts'
export { demandBlobKey } from '../media/blob-store.ts'
export { counted } from '../media/counted.ts'
export { extensionOf } from '../media/media.ts'
export { createOneAtATime, type OneAtATime } from '../one-at-a-time.ts'
export { createMemoryRateLimits } from '../memory/memory-rate-limits.ts'
export { createSingleFlight, type SingleFlight } from '../single-flight.ts'
export { eachWithin, type Patience, within } from '../within.ts'
