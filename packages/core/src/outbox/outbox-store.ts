/**
 * The queues: `events` for the app (`Storage.outbox`), and `messages` to users, which Kith sends (`Storage.messages`).
 */
export type OutboxQueue = 'events' | 'messages'

/**
 * An event or a message that waits for its consumer, or an audit log entry, which stays (`Storage.audit`). It is stored
 * together with its cause, or neither is.
 */
export interface OutboxRow {
  queue: OutboxQueue | 'audit'
  /** New, and the same at every delivery. */
  id: string
  /** The account in whose order it is delivered; messages have no order, so this is their own id. */
  key: string
  name: string
  at: Date
  /** JSON. Stored unchanged. */
  payload: string
}

/**
 * Creates the rows of a change. A verb that takes one as its last argument calls it when it has made the change, with
 * what only the store knows about it, and stores the rows in the same step; if it changes nothing it does not call it.
 * It may be called again if the step is repeated, and must have no other effect.
 */
export type OutboxRows<Change = void> = (change: Change) => readonly OutboxRow[]

/** The arguments of {@link OutboxStore.claim}. */
export interface OutboxClaim {
  /** Identifies the call: the string is unique. */
  by: string
  now: Date
  /** When the lease expires, so that a process that died does not block others. */
  until: Date
  /** How many keys to claim at most. */
  keys: number
  /** How many rows of each. */
  rows: number
}

/** The oldest rows of one key, leased. */
export interface OutboxBatch {
  key: string
  /** How often it was postponed since one of its rows was last acknowledged. */
  attempts: number
  rows: OutboxRow[]
}

/** The handled rows of a lease. */
export interface OutboxReceipt {
  key: string
  by: string
  /** The rows that were handled. */
  ids: readonly string[]
  now: Date
  /** The new end of the lease; `null` releases it, so that the rest of the rows can be claimed immediately. */
  until: Date | null
}

/** How much is waiting. */
export interface OutboxBacklog {
  /** Counted up to the requested limit. */
  count: number
  /** When the oldest row was stored. */
  oldestAt: Date | null
}

/**
 * Stores the rows of one queue until they are handled. Rows of one key are leased together and in the order in which
 * their causes were stored; the verbs that store causes add them ({@link OutboxRows}). Records are copied on the way in
 * and out.
 */
export interface OutboxStore {
  /**
   * Leases keys that have rows, are not leased and are not postponed at `now`, those that waited longest first, and
   * resolves to their oldest rows. Of concurrent claims each key goes to one. Of two waiting rows of a key, the one
   * whose cause was stored first is first, so no row is returned without those before it.
   */
  claim(claim: OutboxClaim): Promise<OutboxBatch[]>
  /**
   * Removes rows that were handled and renews the lease. Resolves to `false`, and changes nothing, if the lease is no
   * longer held: another claim has taken the key, or it was released. An expired lease that nobody has taken is still
   * held.
   */
  acknowledge(receipt: OutboxReceipt): Promise<boolean>
  /**
   * Releases a lease but postpones the key until `until`, and increments its attempts. Resolves as {@link acknowledge}
   * does.
   */
  postpone(lease: { key: string; by: string; until: Date }): Promise<boolean>
  /** How many rows are waiting, counted up to `limit`, and since when the oldest one is. */
  backlog(limit: number): Promise<OutboxBacklog>
}
