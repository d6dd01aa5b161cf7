export { createFairQueue, type FairQueue, type FairQueueOptions, type Turn } from '../fair-queue.ts'
