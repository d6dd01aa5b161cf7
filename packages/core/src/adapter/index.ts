export { createFairQueue, type FairQueue, type FairQueueOptions, type Turn } from '../fair-queue.ts'
export type { MediaJob, MediaVerbs } from './media-job.ts'
export { createMediaProcesses, type MediaProcesses, type MediaProcessesOptions } from './media-processes.ts'
export { serveMediaJobs } from './serve-media-jobs.ts'
