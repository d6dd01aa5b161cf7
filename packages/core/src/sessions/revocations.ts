/**
 * The denylist of access tokens: which sessions were ended while tokens of theirs may still be unexpired.
 * The session store stays the truth; this makes its revocations count at once for tokens already known to a process.
 */
export interface Revocations {
  /** Denies the tokens of these sessions until `until`, when the last of them has expired. Idempotent. */
  revoke(sessionIds: readonly string[], until: Date): Promise<void>
  /**
   * Whether tokens of this session are denied. Seen at once by the process that revoked. It is asked on every
   * authenticated request, so it answers from memory; only where it cannot trust its memory does it answer by promise.
   */
  isRevoked(sessionId: string): boolean | Promise<boolean>
}
