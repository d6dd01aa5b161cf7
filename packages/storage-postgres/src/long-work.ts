import type { Connection } from './connection.ts'
import type { MigrationLease } from './migration-lease.ts'

/** What a migration works on. */
export interface MigrationPlace {
  readonly schema: string
  /** For what is short. */
  readonly short: Connection
  /** For the statements that may take hours. */
  readonly long: Connection
}

/** What a long step works with. */
export interface LongWork extends MigrationPlace {
  readonly lease: MigrationLease
  /** Says which part of the step is done, from 0 to 1. What it throws ends the step. */
  report(part: number): void
}
