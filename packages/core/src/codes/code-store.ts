import type { OutboxRows } from '../outbox/outbox-store.ts'

/**
 * A secret that works once, for one purpose and one subject: a code of six digits, the token of a link, the challenge of a passkey,
 * the state of a sign-in elsewhere. It is stored as a hash.
 */
export interface CodeRecord {
  /** What it is for. A code of one purpose is unknown to every other one. */
  purpose: string
  /** Whom or what it is for: the id of an account or of a flow. With the purpose it names the code. */
  subject: string
  /** The account it belongs to, with which it goes; `null` where there is none yet. */
  userId: string | null
  /** Hashes of the secrets that consume it. Any of them does, and then none works any more. */
  hashes: string[]
  /** What its consumer needs to know. A store keeps it as it is, up to 64 KiB of UTF-8. */
  data: string
  /** How many tries are left. */
  tries: number
  createdAt: Date
  expiresAt: Date
}

/** One try to consume a code. */
export interface CodeTry {
  purpose: string
  subject: string
  /** Of the secret that was given. */
  hash: string
  now: Date
}

/** What replaces the secrets of a code that is sent again. */
export interface CodeRenewal {
  purpose: string
  subject: string
  hashes: string[]
  now: Date
  expiresAt: Date
}

/**
 * The response of {@link CodeStore.consume}: the code, which is gone now; `wrong` where there is one with another hash, which cost it a
 * try; `none` where there is none that can be tried.
 */
export type ConsumeCodeResult =
  { outcome: 'consumed'; code: CodeRecord } | { outcome: 'wrong' } | { outcome: 'none' }

/**
 * Keeps codes until they are consumed or end. One lives while `expiresAt` is after `now` and it has tries left. Records go in and out as
 * copies. `outbox` gives the rows to be stored with the change, by {@link OutboxRows}.
 */
export interface CodeStore {
  /**
   * Saves a code. One of the same purpose and subject that has not ended at `createdAt` is replaced in the same step, and its tries, if
   * they are fewer, are those of the new one: anyone who asks for another code gets no further tries by that. Of concurrent calls one is kept whole.
   */
  issue(code: CodeRecord, outbox?: OutboxRows): Promise<void>
  /** Gives a code that lives at `now` other secrets and another end; its data and its tries stay. Resolves to it, or to `null` where there is none. */
  renew(renewal: CodeRenewal, outbox?: OutboxRows<CodeRecord>): Promise<CodeRecord | null>
  /**
   * Takes a code that lives if the hash is one of its own, and otherwise one of its tries. Either is one atomic step: of concurrent
   * calls with a right hash exactly one gets the code, and of those with a wrong one so many are `wrong` as it had tries.
   */
  consume(attempt: CodeTry, outbox?: OutboxRows<CodeRecord>): Promise<ConsumeCodeResult>
  /** The code of this purpose and subject if it lives at `now`, or `null`. Costs no try. */
  find(code: Pick<CodeTry, 'purpose' | 'subject' | 'now'>): Promise<CodeRecord | null>
  /** Removes the codes of an account: all, or those of these purposes. */
  removeOf(userId: string, purposes?: readonly string[]): Promise<void>
  /** Removes at most `limit` codes that have ended at `now`, and returns how many. */
  purgeEnded(now: Date, limit: number): Promise<number>
}
