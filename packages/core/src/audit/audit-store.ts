import type { OutboxRow } from '../outbox/outbox-store.ts'
import type { Keyset } from '../page.ts'

/**
 * Keeps the rows of `audit` from the step of their cause on ({@link OutboxRows}), whatever becomes of their account. Records go in and
 * out as copies.
 */
export interface AuditStore {
  /** The rows of one account, or with `null` of all, newest id first. */
  list(key: string | null, keyset: Keyset): Promise<OutboxRow[]>
  /** Removes at most `limit` rows that are older than `before`; returns how many. */
  purgeBefore(before: Date, limit: number): Promise<number>
}
