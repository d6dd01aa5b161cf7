/** Looks up passwords in known breaches. Called when a password is set, never when one is checked. */
export interface BreachedPasswords {
  /**
   * How often a password was seen in breaches; 0 for never. The argument is its SHA-1 in 40 upper-case hex digits, so
   * that only a part of that has to leave the process. Rejects if the lookup fails, or `signal` is aborted: the
   * password is accepted then.
   */
  timesSeen(sha1: string, signal: AbortSignal): Promise<number>
}
