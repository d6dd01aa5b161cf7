import type { OutboxRow } from '../outbox/outbox-store.ts'
import type { Keyset } from '../page.ts'

/**
 * Stores the rows of `audit` in one step with their causes ({@link OutboxRows}), even after their account is gone.
 * Records are copied on the way in and out.
 */
export interface AuditStore {
  /** The rows of one account, or with `null` of all accounts, newest id first. */
  list(key: string | null, keyset: Keyset): Promise<OutboxRow[]>
  /** Removes at most `limit` rows that are older than `before`; returns how many. */
  purgeBefore(before: Date, limit: number): Promise<number>
}
