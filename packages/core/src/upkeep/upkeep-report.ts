/** The steps of an upkeep run, in order. */
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

/** The result of one upkeep run. */
export interface UpkeepReport {
  /** Accounts that waited too long for approval, or whose registration was interrupted, and were deleted. */
  applications: number
  /** Deleted accounts that were cleaned up. */
  accounts: number
  /** Removed posts that were cleaned up. */
  posts: number
  /** Unused media that were removed with their blobs. */
  media: number
  /** Ended sessions that were removed. */
  sessions: number
  /** Expired codes that were removed. */
  codes: number
  /** Messages that were sent, or dropped because they expired. */
  messages: number
  /** Audit log entries that were removed after their retention period. */
  audit: number
  /**
   * The steps that failed, by name, or that `kith.close()` interrupted; each failure was logged, and the other steps
   * ran. The next run repeats them.
   */
  failed: string[]
}

/** The argument of a step: it reports failures and continues, or gives up by throwing. */
export interface StepReport {
  fail(error: unknown): void
  done(total: number): void
}
