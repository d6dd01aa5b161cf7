/** How often something may happen. */
export interface Limit {
  limit: number
  windowSeconds: number
}

/** The result of {@link RateLimits.hit}. */
export interface HitResult {
  allowed: boolean
  /** If refused: whole seconds until the last of the full windows ends, at least 1. Otherwise 0. */
  retryAfterSeconds: number
}

/** Counts attempts. Either method rejects with `storage-unavailable` if the counter cannot be reached. */
export interface RateLimits {
  /**
   * Counts one attempt under `key` in the windows of all `limits`, or in none: it is refused if one of them is full,
   * and a refused attempt extends nothing. A window starts with its first attempt and lasts `windowSeconds`; at its
   * end, to the millisecond, the next attempt starts a new one. Atomic: of any number of concurrent attempts exactly
   * `limit` pass, across all processes that share the counter.
   *
   * `limits` are sorted by their windows, shortest first, with no two of one length, and are the same in each call with
   * one key. A longer window starts once the shortest is used beyond its share of it (`limit × shortest / longer`):
   * until then this pace cannot fill it. It starts together with the shortest, with the attempts counted there; but
   * with this attempt alone if one of its length ended since.
   *
   * If `now` is before an earlier one, because a clock was set back, a window ends no later than its length from `now`.
   */
  hit(key: string, limits: readonly Limit[], now: Date): Promise<HitResult>
  /** Forgets the attempts counted under these keys. */
  reset(keys: readonly string[]): Promise<void>
  /**
   * Ends everything this part has started, such as its own processes and connections. Called by `kith.close()`.
   * Idempotent.
   */
  close?(): Promise<void>
}
