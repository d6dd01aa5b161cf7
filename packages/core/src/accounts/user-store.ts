import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { Keyset } from '../page.ts'

/** What an account can be found by. Each is unique among live accounts. */
export type Identifier = 'username' | 'email' | 'phone'

/** An account as it is stored. Identifiers are already normalized: a store compares them byte by byte. */
export interface UserRecord {
  id: string
  username: string | null
  email: string | null
  emailVerifiedAt: Date | null
  phone: string | null
  phoneVerifiedAt: Date | null
  name: string
  bio: string
  /** An argon2id hash, or an imported one that is replaced at the next login. `null`: no password login. */
  passwordHash: string | null
  bannedAt: Date | null
  /** What the account may do in the app: `member` unless the host has said otherwise. */
  role: string
  /** How often all of its sessions were ended together: a session that was opened in an earlier epoch is over. */
  sessionEpoch: number
  createdAt: Date
}

/** The fields that {@link UserStore.update} may change. A field that is absent stays as it is. */
export interface UserChanges extends Partial<
  Omit<UserRecord, 'id' | 'passwordHash' | 'sessionEpoch' | 'createdAt'>
> {
  /** Raises `sessionEpoch` by one in the same step, so that no session from before outlives the change. */
  endSessions?: boolean
}

/** A login name: by one of the two identifiers that people type. */
export type Login = { username: string } | { email: string }

/** How a username that an account gives up is held back from others. */
export interface UsernameHold {
  /** What ended by then is not held any more. */
  now: Date
  /** When the hold of a name that is given up now ends; `null` for none. */
  until: Date | null
}

/** The answer of {@link UserStore.create}. */
export type CreateUserResult = { outcome: 'created' } | { outcome: 'taken'; taken: Identifier[] }

/**
 * The answer of {@link UserStore.update}: `gone` where there is no such live account; `needs-login` where a change to `null` would leave
 * it with neither username nor e-mail address; the first of them that applies, in the order gone, needs-login, taken.
 */
export type UpdateUserResult =
  | { outcome: 'updated'; user: UserRecord }
  | { outcome: 'gone' }
  | { outcome: 'needs-login' }
  | { outcome: 'taken'; taken: Identifier[] }

/** What a step that ends all sessions of an account says: the epoch in which they were opened, as it was when the step was taken. */
export interface EndedEpoch {
  endedEpoch: number
}

/**
 * Keeps accounts. An account that was marked deleted is absent from every answer but {@link toPurge}. Records go in and
 * out as copies. `outbox` gives the rows to be stored with the change, by {@link OutboxRows}.
 */
export interface UserStore {
  /**
   * Saves an account if all of its identifiers are free; otherwise saves nothing and names each one that is taken.
   * Check and insert are one atomic step: of concurrent calls with one identifier exactly one creates. The id has to be
   * new: with one that is in use it rejects and changes nothing. A username that is held at `now` is taken; without `now`,
   * so is one whose hold has ended and was not forgotten.
   */
  create(user: UserRecord, now?: Date, outbox?: OutboxRows): Promise<CreateUserResult>
  /** The live account with this id, or `null`. */
  byId(id: string): Promise<UserRecord | null>
  /** The live accounts with these ids, in any order. */
  byIds(ids: readonly string[]): Promise<UserRecord[]>
  /** The live account with this username or e-mail, in one look-up, or `null`. */
  byLogin(login: Login): Promise<UserRecord | null>
  /**
   * Changes the named fields of a live account, all or none, under the same uniqueness as {@link create}.
   * Concurrent updates of different fields all take effect, unless together they would leave it without a login: of such, the last one is
   * refused. Each with `endSessions` raises the epoch by one. With `hold`, a username that the account gives up is held for it
   * until then, in the same step: taken for all others, while this account may have it back. Its own holds are no obstacle.
   */
  update(
    id: string,
    changes: UserChanges,
    hold?: UsernameHold,
    outbox?: OutboxRows,
  ): Promise<UpdateUserResult>
  /**
   * Sets a new password: replaces the hash only if it still equals `expected`, and raises `sessionEpoch` by one in the same
   * step, which resolves to the epoch before. Of concurrent calls with one `expected` exactly one does; the others change nothing and
   * resolve to `null`.
   */
  replacePassword(
    id: string,
    expected: string | null,
    next: string,
    outbox?: OutboxRows,
  ): Promise<EndedEpoch | null>
  /**
   * Replaces the hash by another one of the same password, under the same condition. The epoch stays as it is. Answers whether it
   * replaced it.
   */
  upgradeHash(id: string, expected: string | null, next: string): Promise<boolean>
  /**
   * Marks a live account deleted in one step: its identifiers are free again, but for the username, which is held for nobody
   * until `heldUntil` where that is given; its contact data, name, bio, role and password hash are gone, and it is absent from every
   * look-up. Holds of names that it gave up before stay. Resolves to the epoch that it had then, or to `null` where it was not live, as
   * for a second call.
   */
  markDeleted(id: string, at: Date, heldUntil?: Date | null, outbox?: OutboxRows): Promise<EndedEpoch | null>
  /** Forgets usernames whose hold has ended by `now`, at most `limit`. Answers how many. {@link purge} forgets none. */
  forgetUsernames(now: Date, limit: number): Promise<number>
  /** Ids of live accounts that are banned, the highest id first. */
  bannedIds(keyset: Keyset): Promise<string[]>
  /** Ids of accounts that are marked deleted and of which a trace is left, the oldest first. */
  toPurge(limit: number): Promise<string[]>
  /**
   * Removes the last trace of an account that is marked deleted, when all else of it is gone, but for names that it holds. Does nothing
   * for any other. Idempotent.
   */
  purge(id: string): Promise<void>
}
