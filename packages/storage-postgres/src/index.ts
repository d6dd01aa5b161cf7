export type { Connection } from './connection.ts'
export {
  createPostgresRateLimits,
  type PostgresRateLimits,
  type PostgresRateLimitsOptions,
} from './rate-limits.ts'
export {
  createPostgresRevocations,
  type PostgresRevocations,
  type PostgresRevocationsOptions,
} from './revocations.ts'
export type { PostgresPlace, PostgresSharedOptions } from './shared-options.ts'
