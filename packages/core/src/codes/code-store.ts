import type { OutboxRows } from '../outbox/outbox-store.ts'

/**
 * A secret that works once, for one purpose and one subject: a code of six digits, the token of a link, the challenge
 * of a passkey, the state of a provider sign-in. Stored as a hash.
 */
export interface CodeRecord {
  /** Its purpose. A code of one purpose is unknown to every other one. */
  purpose: string
  /** The id of an account or of a flow. Together with the purpose it identifies the code. */
  subject: string
  /** The account it belongs to and is deleted with; `null` if there is none yet. */
  userId: string | null
  /** Hashes of the secrets that consume it. Each can, and then none works any more. */
  hashes: string[]
  /** Data for its consumer. Stored unchanged, up to 64 KiB of UTF-8. */
  data: string
  /** How many attempts are left. */
  tries: number
  createdAt: Date
  expiresAt: Date
}

/** One attempt to consume a code. */
export interface CodeTry {
  purpose: string
  subject: string
  /** The hash of the given secret. */
  hash: string
  now: Date
}

/** Replaces the secrets of a code that is sent again. */
export interface CodeRenewal {
  purpose: string
  subject: string
  hashes: string[]
  now: Date
  expiresAt: Date
}

/**
 * The result of {@link CodeStore.consume}: the code, which is now gone; `wrong` if there is one with another hash,
 * which cost it an attempt; `none` if no code can be tried.
 */
export type ConsumeCodeResult =
  { outcome: 'consumed'; code: CodeRecord } | { outcome: 'wrong' } | { outcome: 'none' }

/**
 * Stores codes until they are consumed or expire. A code is live while `expiresAt` is after `now` and it has attempts
 * left. Records are copied on the way in and out. `outbox` returns the rows to be stored with the change, by
 * {@link OutboxRows}.
 */
export interface CodeStore {
  /**
   * Saves a code. A code of the same purpose and subject that has not expired at `createdAt` is replaced in the same
   * step, and its remaining attempts, if fewer, apply to the new one: asking for another code gives no further
   * attempts. Of concurrent calls one is kept whole.
   */
  issue(code: CodeRecord, outbox?: OutboxRows): Promise<void>
  /**
   * Saves a code unless one of the same purpose and subject has not expired at its `createdAt`, with or without
   * attempts left: `false` then, and nothing changes. One atomic step: of concurrent calls exactly one is `true`.
   */
  issueOnce(code: CodeRecord, outbox?: OutboxRows): Promise<boolean>
  /**
   * Gives a code that is live at `now` other secrets and another expiry; its data and its attempts stay. Resolves to
   * it, or to `null` if there is none.
   */
  renew(renewal: CodeRenewal, outbox?: OutboxRows<CodeRecord>): Promise<CodeRecord | null>
  /**
   * Consumes a live code if the hash is one of its own, and otherwise one of its attempts. Either is one atomic step:
   * of concurrent calls with a right hash exactly one gets the code, and of those with a wrong one as many are `wrong`
   * as it had attempts.
   */
  consume(attempt: CodeTry, outbox?: OutboxRows<CodeRecord>): Promise<ConsumeCodeResult>
  /** The code of this purpose and subject if it is live at `now`, or `null`. Costs no attempt. */
  find(code: Pick<CodeTry, 'purpose' | 'subject' | 'now'>): Promise<CodeRecord | null>
  /** Removes the codes of an account: all, or those of these purposes. */
  removeOf(userId: string, purposes?: readonly string[]): Promise<void>
  /** Removes at most `limit` codes that have expired at `now`, and returns how many. */
  purgeEnded(now: Date, limit: number): Promise<number>
}
