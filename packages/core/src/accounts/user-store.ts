import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { FieldChanges, StoredFields } from '../own-fields/stored-fields.ts'
import type { Keyset } from '../page.ts'

/** The identifiers of an account. Each is unique among live accounts. */
export type Identifier = 'username' | 'email' | 'phone'

/** An account as stored. Identifiers are already normalized: a store compares them byte by byte. */
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
  /** When the ban expires; `null` if it is permanent, or there is none. */
  bannedUntil: Date | null
  /** The host's reason for the ban. */
  banReason: string | null
  /** The role of the account in the app: `member` unless the host has set another. */
  role: string
  /** How often all of its sessions were ended together: a session from an earlier epoch has ended. */
  sessionEpoch: number
  createdAt: Date
  /**
   * Since when it waits for approval, or for the rest of its own registration; `null` if it does not. A waiting account
   * is stored as banned, so that it is hidden and cannot be signed in to.
   */
  waitingSince: Date | null
  /** The account that invited it. */
  invitedBy: string | null
  /** The known age bracket of its owner. */
  age: StoredAge | null
  /** The app's own fields. */
  fields: StoredFields
}

/** An age bracket, and its source. */
export interface StoredAge {
  /** Minimum age in years. */
  from: number
  /** Maximum age in years; `null` for no limit. */
  to: number | null
  /** The source. */
  source: string
  /** When it was recorded. */
  at: Date
}

/** The fields that {@link UserStore.update} may change. An absent field stays as it is. */
export interface UserChanges extends Partial<
  Omit<UserRecord, 'id' | 'passwordHash' | 'sessionEpoch' | 'createdAt' | 'invitedBy' | 'fields'>
> {
  /** Each named field is set, or removed if it is `null`; all others stay. */
  fields?: FieldChanges
  /** Raises `sessionEpoch` by one in the same step, so that no earlier session outlives the change. */
  endSessions?: boolean
  /** The change is made only if these fields have these values. */
  expected?: Partial<
    Pick<
      UserRecord,
      | 'email'
      | 'emailVerifiedAt'
      | 'phone'
      | 'phoneVerifiedAt'
      | 'bannedUntil'
      | 'role'
      | 'sessionEpoch'
      | 'waitingSince'
    >
  >
  /** The change is made even if it leaves the account with neither username nor email address. */
  mayLackLogin?: boolean
}

/** A search for accounts: those that match all given conditions. */
export interface UserFilter {
  /** Whether it is banned, or waits, which is stored as a ban. */
  banned?: boolean | undefined
  waiting?: boolean | undefined
  role?: string | undefined
  /** At least one of these identifiers begins like this, compared byte by byte. */
  begins?: IdentifierTexts | undefined
  /** At least one of these identifiers contains its text, compared byte by byte. Given only to a store that has `idsContaining`. */
  contains?: IdentifierTexts | undefined
}

/** A text for each identifier to begin with, or to contain. An empty string, and an identifier that is absent, matches nothing. */
export type IdentifierTexts = Partial<Record<Identifier, string>>

/** The result of {@link UserStore.search}. */
export interface UserSearchResult {
  users: UserRecord[]
  /** The next step continues below this id; `null` at the end. */
  next: string | null
}

/** An identifier to look up. */
export type Login = { username: string } | { email: string } | { phone: string }

/** How a released username is held back from others. */
export interface UsernameHold {
  /** Holds that ended by then do not count. */
  now: Date
  /** When the hold of a name that is released now ends; `null` for none. */
  until: Date | null
}

/** The result of {@link UserStore.create}. */
export type CreateUserResult =
  { outcome: 'created' } | { outcome: 'id-in-use' } | { outcome: 'taken'; taken: Identifier[] }

/**
 * The result of {@link UserStore.update}: `gone` if there is no such live account; `differs` if a field is not as
 * expected; `needs-login` if a change to `null` would leave it with neither username nor email address, unless it may
 * lack both; the first that applies, in the order gone, differs, needs-login, taken.
 */
export type UpdateUserResult =
  | { outcome: 'updated'; user: UserRecord }
  | { outcome: 'gone' }
  | { outcome: 'differs' }
  | { outcome: 'needs-login' }
  | { outcome: 'taken'; taken: Identifier[] }

/**
 * The result of a step that ends all sessions of an account: the epoch in which they were opened, as it was before the
 * step.
 */
export interface EndedEpoch {
  endedEpoch: number
}

/**
 * Stores accounts. An account that was marked deleted is absent from every result but {@link toPurge}. Records are
 * copied on the way in and out. `outbox` returns the rows to be stored with the change, by {@link OutboxRows}.
 */
export interface UserStore {
  /**
   * Saves an account if all of its identifiers are free; otherwise saves nothing and names each one that is taken.
   * Check and insert are one atomic step: of concurrent calls with one identifier, or one id, exactly one creates. The
   * id of an account that is live, or is marked deleted and was not purged, is in use, which is reported first. A
   * username that is held at `now` is taken; without `now`, so is one whose hold has ended and was not forgotten. Holds
   * of the same id are no obstacle.
   */
  create(user: UserRecord, now?: Date, outbox?: OutboxRows): Promise<CreateUserResult>
  /** The live account with this id, or `null`. */
  byId(id: string): Promise<UserRecord | null>
  /** The live accounts with these ids, in any order. */
  byIds(ids: readonly string[]): Promise<UserRecord[]>
  /** The live account with this identifier, in one lookup, or `null`. */
  byLogin(login: Login): Promise<UserRecord | null>
  /**
   * Changes the named fields of a live account, all or none, under the same uniqueness as {@link create}; of the app's
   * own `fields`, those that are named. Rejects with `invalid-input`, and changes nothing, if these would be larger
   * than `fieldsMaxBytes` (`mergeFields`). `expected` is compared in the same step. Concurrent updates of different
   * fields all take effect, unless together they would leave it without a login: then the last one is refused. Each
   * with `endSessions` raises the epoch by one. With `hold`, a username that the account releases is held until then,
   * in the same step: taken for all others, while this account can have it back. Its own holds are no obstacle.
   */
  update(
    id: string,
    changes: UserChanges,
    hold?: UsernameHold,
    outbox?: OutboxRows,
  ): Promise<UpdateUserResult>
  /**
   * Sets a new password, or none: replaces the hash only if it still equals `expected`, and raises `sessionEpoch` by
   * one in the same step, which resolves to the previous epoch. Of concurrent calls with one `expected` exactly one
   * does; the others change nothing and resolve to `null`.
   */
  replacePassword(
    id: string,
    expected: string | null,
    next: string | null,
    outbox?: OutboxRows,
  ): Promise<EndedEpoch | null>
  /**
   * Replaces the hash with another one of the same password, under the same condition. The epoch stays as it is.
   * Returns whether it was replaced.
   */
  upgradeHash(id: string, expected: string | null, next: string): Promise<boolean>
  /**
   * Marks a live account deleted in one step: its identifiers are free again, except for the username, which is held
   * from everyone until `heldUntil` if that is given; its contact data, name, bio, role, the app's own fields, password
   * hash, age, credentials, since when it waited, who invited it and the reason of a ban are gone, and it is absent
   * from every lookup. Holds of names that it released before stay. Resolves to the epoch that it had then, or to
   * `null` if it was not live, as for a second call.
   */
  markDeleted(id: string, at: Date, heldUntil?: Date | null, outbox?: OutboxRows): Promise<EndedEpoch | null>
  /** Forgets at most `limit` usernames whose hold has ended by `now`. Returns how many. {@link purge} forgets none. */
  forgetUsernames(now: Date, limit: number): Promise<number>
  /** Ids of live accounts that are banned, highest id first. */
  bannedIds(keyset: Keyset): Promise<string[]>
  /** Ids of at most `limit` live accounts whose ban has expired at `now` but is still stored, earliest end first. */
  endedBans(now: Date, limit: number): Promise<string[]>
  /**
   * Ids of at most `limit` live accounts with an identifier that has this prefix, each once, in any order. Its cost
   * depends on the number of results, not on the number of accounts.
   */
  idsBeginning(begins: IdentifierTexts, limit: number): Promise<string[]>
  /**
   * The same for identifiers that contain their text, which has three characters or more, and two ASCII letters or digits in a row. It
   * costs by how many accounts contain it. Returns `null` while there is no index for it. Optional: a store that never has one leaves it out.
   */
  idsContaining?(contains: IdentifierTexts, limit: number): Promise<string[] | null>
  /**
   * One step of reading the live accounts that match, highest id first: at most `limit` of them below `before`. A step
   * reads a bounded number of accounts, so it may return fewer, or none, with a `next`. Following each `next` returns
   * every account that matches throughout exactly once, whatever is written meanwhile.
   */
  search(filter: UserFilter, keyset: Keyset): Promise<UserSearchResult>
  /** Ids of accounts that are marked deleted but not purged, the oldest first. */
  toPurge(limit: number): Promise<string[]>
  /**
   * Removes the last trace of an account that is marked deleted, when all its other data is gone, except for names that
   * it holds. Does nothing for any other. Idempotent.
   */
  purge(id: string): Promise<void>
}
