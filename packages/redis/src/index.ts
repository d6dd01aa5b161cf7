export type { RedisClient } from './client.ts'
export { createRedisRateLimits, type RedisRateLimits, type RedisRateLimitsOptions } from './rate-limits.ts'
export { createRedisRevocations, type RedisRevocations, type RedisRevocationsOptions } from './revocations.ts'
export type { WhenUnreachable } from '@kith/core/adapter'
