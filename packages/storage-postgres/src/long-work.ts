import type { Connection } from './connection.ts'
import type { MigrationLease } from './migration-lease.ts'

/** The connections of a migration. */
export interface MigrationPlace {
  readonly schema: string
  /** For short statements. */
  readonly short: Connection
  /** For the statements that may take hours. */
  readonly long: Connection
}

/** The dependencies of a long step. */
export interface LongWork extends MigrationPlace {
  readonly lease: MigrationLease
  /** Called with the completed part of the step, from 0 to 1. If it throws, the step ends. */
  report(part: number): void
}
