/** What waits: `events` for the app (`Storage.outbox`), and `messages` to people, which Kith sends (`Storage.messages`). */
export type OutboxQueue = 'events' | 'messages'

/**
 * An event or a message as it waits for its consumer, or an entry of the audit log, which stays (`Storage.audit`). Its cause and it are
 * stored together, or neither is.
 */
export interface OutboxRow {
  queue: OutboxQueue | 'audit'
  /** New, and the same at every delivery. */
  id: string
  /** The account whose order it belongs to; of a message, which has no order, its own id. */
  key: string
  name: string
  at: Date
  /** JSON. A store keeps it as it is. */
  payload: string
}

/**
 * Makes the rows of a change. A verb that takes one as its last argument calls it when it has made the change, with what only the
 * store knows of it, and stores the rows in the same step; where it changes nothing it does not call it. It may be called again
 * where the step is repeated, and must do nothing else.
 */
export type OutboxRows<Change = void> = (change: Change) => readonly OutboxRow[]

/** What {@link OutboxStore.claim} is asked for. */
export interface OutboxClaim {
  /** Names the call: no other has this text. */
  by: string
  now: Date
  /** When the lease ends by itself, so that a process that died holds nobody up. */
  until: Date
  /** How many keys it wants at most. */
  keys: number
  /** How many rows of each. */
  rows: number
}

/** The oldest rows of one key, leased. */
export interface OutboxBatch {
  key: string
  /** How often it was postponed since a row of it was last acknowledged. */
  attempts: number
  rows: OutboxRow[]
}

/** What was done with rows of a lease. */
export interface OutboxReceipt {
  key: string
  by: string
  /** The rows that were handled. */
  ids: readonly string[]
  now: Date
  /** The new end of the lease; `null` gives it back, so that the rest of the rows can be claimed immediately. */
  until: Date | null
}

/** How much waits. */
export interface OutboxBacklog {
  /** As far as it was asked to count. */
  count: number
  /** Of the row that was stored first. */
  oldestAt: Date | null
}

/**
 * Keeps the rows of one queue until they are handled. Rows of one key are leased together and in the order in which their causes were stored; the
 * verbs that store causes add them ({@link OutboxRows}). Records go in and out as copies.
 */
export interface OutboxStore {
  /**
   * Leases keys that have rows, are leased to nobody and are not postponed at `now`, those that waited longest first, and resolves to
   * their oldest rows. Of concurrent claims each key goes to one. Of two rows of a key that wait the one whose cause was stored first
   * comes first, so as long as one waits none behind it is given without it.
   */
  claim(claim: OutboxClaim): Promise<OutboxBatch[]>
  /**
   * Removes rows that were handled and renews the lease. Resolves to `false`, and changes nothing, where the lease is not held any more:
   * another claim has taken the key, or it was given back. A lease that is over and that nobody has taken is still held.
   */
  acknowledge(receipt: OutboxReceipt): Promise<boolean>
  /** Gives a lease back so that nobody gets the key before `until`, and counts one attempt more. Resolves as {@link acknowledge} does. */
  postpone(lease: { key: string; by: string; until: Date }): Promise<boolean>
  /** How many rows wait, counted up to `limit`, and since when the oldest does. */
  backlog(limit: number): Promise<OutboxBacklog>
}
