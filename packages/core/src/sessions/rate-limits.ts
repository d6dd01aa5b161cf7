/** How often something may happen. */
export interface Limit {
  limit: number
  windowSeconds: number
}

/** The answer of {@link RateLimits.hit}. */
export interface HitResult {
  allowed: boolean
  /** Whole seconds until the window of this key ends, at least 1. */
  retryAfterSeconds: number
}

/** Counts attempts. Either method rejects with `storage-unavailable` where the counter cannot be reached. */
export interface RateLimits {
  /**
   * Counts one attempt under `key`. A window starts with its first attempt and lasts `windowSeconds`; the first
   * `limit` attempts in it are allowed, the rest are not and do not extend it. At the end of the window, to the
   * millisecond, the next attempt starts a new one. Atomic: of any number of concurrent attempts exactly `limit` pass,
   * in all processes together that share the counter.
   */
  hit(key: string, limit: Limit, now: Date): Promise<HitResult>
  /** Forgets the attempts counted under these keys. */
  reset(keys: readonly string[]): Promise<void>
}
