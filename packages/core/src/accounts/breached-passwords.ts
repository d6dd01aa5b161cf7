/** Knows passwords that were found in breaches. It is asked where one is set, and never where one is checked. */
export interface BreachedPasswords {
  /**
   * How often a password was seen in breaches; 0 for never. It is named by its SHA-1 in 40 upper-case hex digits, so that
   * nothing has to leave the process but a part of that. Rejects where it cannot be found out, and when `signal` is aborted:
   * the password is accepted then.
   */
  timesSeen(sha1: string, signal: AbortSignal): Promise<number>
}
