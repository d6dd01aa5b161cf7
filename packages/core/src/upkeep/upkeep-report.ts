/** The steps of a run of upkeep, in their order. */
export type UpkeepStep =
  | 'applications'
  | 'accounts'
  | 'posts'
  | 'bans'
  | 'media'
  | 'staged-files'
  | 'usernames'
  | 'temporary-files'
  | 'sessions'
  | 'codes'
  | 'messages'
  | 'audit'

/** What one run of upkeep did. */
export interface UpkeepReport {
  /** Accounts that waited for approval for too long, or whose registration was cut off, and were deleted. */
  applications: number
  /** Deleted accounts that were cleared away. */
  accounts: number
  /** Removed posts that were cleared away. */
  posts: number
  /** Media that nothing used any more and were removed with their blobs. */
  media: number
  /** Sessions that had ended and were removed. */
  sessions: number
  /** Codes that had ended and were removed. */
  codes: number
  /** Messages that were sent, or left since they were over. */
  messages: number
  /** Entries of the audit log that were kept for long enough and removed. */
  audit: number
  /**
   * The steps that failed, by name, or that `kith.close()` cut off; each failure was logged, and kept no other from running. The next
   * run does them again.
   */
  failed: string[]
}

/** What a step of a run is given: it says what failed in it and goes on, or gives up by throwing. */
export interface StepReport {
  fail(error: unknown): void
  done(total: number): void
}
