export { createMemoryBlobs } from './memory-blobs.ts'
export { createMemoryStorage } from './memory-storage.ts'
export { createMemoryRevocations } from './memory-revocations.ts'
export { createMemoryRateLimits } from './memory-rate-limits.ts'
