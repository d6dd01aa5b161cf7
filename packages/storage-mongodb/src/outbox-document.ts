import type { OutboxQueue, OutboxRow } from '@kith/core/ports'
import type { Identified } from './collection.ts'

/** An event or a message that waits for its consumer. */
export interface OutboxDocument extends Identified, Omit<OutboxRow, 'queue' | 'id' | 'key'> {
  /** The key: the account, or of a message its own id. */
  userId: string
  /** Its place among the rows of the key. */
  sequence: number
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

/** A row of a queue from its document. */
export function rowFrom(queue: OutboxQueue, { _id, userId, name, at, payload }: OutboxDocument): OutboxRow {
  return { queue, id: _id, key: userId, name, at, payload }
}
