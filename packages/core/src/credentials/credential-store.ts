import type { OutboxRows } from '../outbox/outbox-store.ts'

/**
 * A credential of an account besides its password: a passkey, an authenticator app, recovery codes, an identity of a
 * provider.
 */
export interface CredentialRecord {
  id: string
  userId: string
  kind: string
  /** Its lookup key. Unique within its kind. */
  subject: string
  /** The owner's name for it. */
  name: string | null
  /** The data it is checked against. Stored unchanged, up to 64 KiB of UTF-8. */
  data: string
  /** How often it was stepped. */
  version: number
  createdAt: Date
  /** When it was last used to prove something. */
  usedAt: Date | null
}

/** One step of a credential, from the version that the caller has read to the next. Absent fields stay unchanged. */
export interface CredentialStep {
  id: string
  version: number
  data?: string | undefined
  name?: string | null | undefined
  usedAt?: Date | undefined
}

/** What opens an account without anything else, as the app is configured. A password always does. */
export interface WaysIn {
  /** The kinds of credentials that do. */
  kinds: readonly string[]
  /** The addresses that do once they are verified. */
  addresses: readonly ('email' | 'phone')[]
}

/**
 * The result of {@link CredentialStore.add}, the first that applies: `gone` if there is no such live account; `taken`
 * if another credential of that kind has the subject; `too-many`.
 */
export type AddCredentialResult = 'added' | 'gone' | 'taken' | 'too-many'

/** A credential that {@link CredentialStore.removeOf} has removed. */
export type RemovedCredential = Pick<CredentialRecord, 'id' | 'kind'>

/** The result of {@link CredentialStore.remove}: `gone` if that account has no such credential. */
export type RemoveCredentialResult = 'removed' | 'gone' | 'last-way-in'

/**
 * Stores credentials. Those of an account that is marked deleted are gone from that step on. Records are copied on the
 * way in and out. `outbox` returns the rows to be stored with the change, by {@link OutboxRows}.
 */
export interface CredentialStore {
  /**
   * Saves a credential of a live account, banned or not, that has fewer than `atMost` of its kind. All checks happen in
   * one step: of concurrent calls with one subject one adds, and an account never has more than `atMost`.
   */
  add(credential: CredentialRecord, atMost: number, outbox?: OutboxRows): Promise<AddCredentialResult>
  /** The credentials of an account, the oldest id first. */
  byUser(userId: string): Promise<CredentialRecord[]>
  /** The credential of this kind and subject, or `null`. */
  bySubject(kind: string, subject: string): Promise<CredentialRecord | null>
  /**
   * Changes a credential that is at exactly this version, and raises the version by one, in one step: of concurrent calls with one version
   * exactly one resolves to `true`; the others change nothing.
   */
  step(step: CredentialStep, outbox?: OutboxRows): Promise<boolean>
  /**
   * Removes a credential of this account, unless it is a way in and the account would be left without one: with neither
   * a password nor a verified address or another credential that is one. Decided in the same step: concurrent calls do
   * not remove the last two.
   */
  remove(
    credential: Pick<CredentialRecord, 'id' | 'userId'>,
    waysIn: WaysIn,
    outbox?: OutboxRows,
  ): Promise<RemoveCredentialResult>
  /**
   * Removes all credentials of an account, or those of these kinds, even if none is left, in one step. Resolves to what
   * it removed, by id.
   */
  removeOf(
    userId: string,
    kinds?: readonly string[],
    outbox?: OutboxRows<RemovedCredential[]>,
  ): Promise<RemovedCredential[]>
}
