export { createFairQueue, type FairQueue, type FairQueueOptions, type Turn } from '../fair-queue.ts'
export { createMemoryRateLimits } from '../memory/memory-rate-limits.ts'
