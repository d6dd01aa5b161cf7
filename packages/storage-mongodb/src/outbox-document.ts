import type { OutboxQueue, OutboxRow } from '@kith/core/ports'
import type { Identified } from './collection.ts'

/** An event or a message that waits for its consumer. */
export interface OutboxDocument extends Identified, Omit<OutboxRow, 'queue' | 'id' | 'key'> {
  /** The key: the account, or for a message its own id. */
  userId: string
  /** Its position among the rows of the key. */
  sequence: number
}

/** An entry of the audit log. */
export interface AuditDocument extends Identified, Pick<OutboxRow, 'name' | 'at' | 'payload'> {
  /** The account it is about, which may be gone. */
  userId: string
}

/** The account, or another key, of waiting rows; it exists as long as one waits. */
export interface OutboxAccountDocument extends Identified {
  /** Counts its rows: each transaction that adds one increments it, so the order is that of the commits. */
  sequence: number
  since: Date
  attempts: number
  heldBy: string | null
  /** When the lease or the pause ends; `null` if there is none. */
  heldUntil: Date | null
}

/** The document of a row of the audit log. */
export function auditDocument({ id, key, name, at, payload }: OutboxRow): AuditDocument {
  return { _id: id, userId: key, name, at, payload }
}

/** A row of a queue, or of the audit log, from its document. */
export function rowFrom(
  queue: OutboxRow['queue'],
  { _id, userId, name, at, payload }: AuditDocument,
): OutboxRow {
  return { queue, id: _id, key: userId, name, at, payload }
}
