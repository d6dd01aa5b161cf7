/**
 * The denylist of access tokens: which sessions were ended while their tokens may still be unexpired. A key identifies
 * one session, or all sessions of an account from one epoch; the format of keys is internal to core. The session store
 * stays the truth; this makes its revocations count immediately for tokens that a process has already verified.
 */
export interface Revocations {
  /**
   * Denies the tokens of these keys until `until`, when the last of them has expired. Idempotent; of two ends the later
   * one holds. Once it has resolved, the other processes that share the denylist deny them within a second. If that is
   * not certain it rejects with `storage-unavailable`: this process denies them anyway, and the others are notified as
   * soon as that is possible, or by calling again.
   */
  revoke(keys: readonly string[], until: Date): Promise<void>
  /**
   * Whether tokens of this key are denied. Visible immediately in the process that revoked. It is called twice for
   * every authenticated request, so it returns from memory; only if it cannot trust its memory does it return a
   * promise. That rejects with `storage-unavailable` if the server cannot be reached: the token may well be valid, just
   * not verifiable now.
   */
  isRevoked(key: string): boolean | Promise<boolean>
  /**
   * Ends everything this part has started, such as its own processes and connections. Called by `kith.close()`.
   * Idempotent.
   */
  close?(): Promise<void>
}
