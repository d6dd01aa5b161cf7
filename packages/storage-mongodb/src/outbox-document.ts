import type { OutboxQueue, OutboxRow } from '@kith/core/ports'
import type { Identified } from './collection.ts'

/** An event or a message that waits for its consumer. */
export interface OutboxDocument extends Identified, Omit<OutboxRow, 'queue' | 'id' | 'key'> {
  /** The key: the account, or the id of its own of a message to somebody who has none. */
  userId: string
  /** Its place among the rows of the key. */
  sequence: number
}

/** An entry of the audit log. */
export interface AuditDocument extends Identified, Pick<OutboxRow, 'name' | 'at' | 'payload'> {
  /** The account that it is about, which may be gone. */
  userId: string
}

/** The account, or another key, of rows that wait; it is here as long as one does. */
export interface OutboxAccountDocument extends Identified {
  /** Counts its rows: each transaction that adds one steps it, so the order is that of the commits. */
  sequence: number
  since: Date
  attempts: number
  heldBy: string | null
  /** When the lease or the pause ends; `null` where there is none. */
  heldUntil: Date | null
}

/** A queue: its rows, and the keys by which they are leased. */
export interface Queue {
  rows: Collection<OutboxDocument>
  accounts: Collection<OutboxAccountDocument>
}

/** All queues. */
export const queues: readonly OutboxQueue[] = Object.freeze(['events', 'messages'])

/** Where a queue is kept. */
export function queueIn(collections: Collections, queue: OutboxQueue): Queue {
  const { outbox, outboxAccounts, messages, messageAccounts } = collections
  return queue === 'events'
    ? { rows: outbox, accounts: outboxAccounts }
    : { rows: messages, accounts: messageAccounts }
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
