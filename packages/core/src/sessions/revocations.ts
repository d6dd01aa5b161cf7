/**
 * The denylist of access tokens: which sessions were ended while tokens of theirs may still be unexpired. A key names one session, or all
 * sessions of an account that were opened in one epoch; what a key looks like is core's own business.
 * The session store stays the truth; this makes its revocations count at once for tokens already known to a process.
 */
export interface Revocations {
  /**
   * Denies the tokens of these keys until `until`, when the last of them has expired. Idempotent; of two ends the
   * later one holds. Once it has answered, the other processes that share the denylist deny them within a second. Where
   * that is not sure it rejects with `storage-unavailable`: this process denies them all the same, and the others are
   * told as soon as that is possible, or by calling again.
   */
  revoke(keys: readonly string[], until: Date): Promise<void>
  /**
   * Whether tokens of this key are denied. Seen at once by the process that revoked. It is asked twice on every
   * authenticated request, so it answers from memory; only where it cannot trust its memory does it answer by promise.
   * That rejects with `storage-unavailable` where nobody can be asked: the token may well be good, only not now.
   */
  isRevoked(key: string): boolean | Promise<boolean>
  /** Ends what this part has started, such as processes and connections of its own. Called by `kith.close()`. Idempotent. */
  close?(): Promise<void>
}
