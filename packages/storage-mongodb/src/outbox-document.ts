import type { OutboxRow } from '@kith/core/ports'
import type { Identified } from './collection.ts'

/** An event that waits for its consumer. */
export interface OutboxDocument extends Identified, Omit<OutboxRow, 'id' | 'key'> {
  userId: string
  /** Its place among the events of the account. */
  sequence: number
}

/** The account of events that wait; it is here as long as one does. */
export interface OutboxAccountDocument extends Identified {
  /** Counts its events: each transaction that adds one steps it, so the order is that of the commits. */
  sequence: number
  since: Date
  attempts: number
  heldBy: string | null
  /** When the lease or the pause ends; `null` where there is none. */
  heldUntil: Date | null
}

/** An event from its document. */
export function rowFrom({ _id, userId, name, at, payload }: OutboxDocument): OutboxRow {
  return { id: _id, key: userId, name, at, payload }
}
