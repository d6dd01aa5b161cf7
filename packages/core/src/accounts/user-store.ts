import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { FieldChanges, StoredFields } from '../own-fields/stored-fields.ts'
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
  /** When the ban ends; `null` for one without an end, and where there is none. */
  bannedUntil: Date | null
  /** What the host said of the ban. */
  banReason: string | null
  /** What the account may do in the app: `member` unless the host has said otherwise. */
  role: string
  /** How often all of its sessions were ended together: a session that was opened in an earlier epoch is over. */
  sessionEpoch: number
  createdAt: Date
  /**
   * Since when it waits to be let in, by somebody who approves it or by the rest of its own registration; `null` where it does not. One that waits
   * is stored as banned, so that nothing of it is shown and nobody signs in to it.
   */
  waitingSince: Date | null
  /** The account that has invited it. */
  invitedBy: string | null
  /** What is known of how old its owner is. */
  age: StoredAge | null
  /** The app's own. */
  fields: StoredFields
}

/** How old the owner of an account is, as somebody has said. */
export interface StoredAge {
  /** At least so many years. */
  from: number
  /** At most so many; `null` for no bound. */
  to: number | null
  /** Who says so. */
  source: string
  /** Since when that is known. */
  at: Date
}

/** The fields that {@link UserStore.update} may change. A field that is absent stays as it is. */
export interface UserChanges extends Partial<
  Omit<UserRecord, 'id' | 'passwordHash' | 'sessionEpoch' | 'createdAt' | 'invitedBy' | 'fields'>
> {
  /** Each one that is named is set, or removed where it is `null`; all others stay. */
  fields?: FieldChanges
  /** Raises `sessionEpoch` by one in the same step, so that no session from before outlives the change. */
  endSessions?: boolean
  /** The change is made only while these fields are as they are here. */
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
  /** The change is made although it leaves the account with neither username nor email address. */
  mayLackLogin?: boolean
}

/** Accounts that are looked for: those of which all that is given holds. */
export interface UserFilter {
  /** Whether it is banned, or waits: that is stored as a ban. */
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

/** The response of {@link UserStore.search}. */
export interface UserSearchResult {
  users: UserRecord[]
  /** Below which id the next step goes on; `null` at the end. */
  next: string | null
}

/** What an account is looked up by. */
export type Login = { username: string } | { email: string } | { phone: string }

/** How a username that an account gives up is held back from others. */
export interface UsernameHold {
  /** What ended by then is not held any more. */
  now: Date
  /** When the hold of a name that is given up now ends; `null` for none. */
  until: Date | null
}

/** The response of {@link UserStore.create}. */
export type CreateUserResult =
  { outcome: 'created' } | { outcome: 'id-in-use' } | { outcome: 'taken'; taken: Identifier[] }

/**
 * The response of {@link UserStore.update}: `gone` where there is no such live account; `differs` where a field is not as expected; `needs-login` where a change to `null` would leave
 * it with neither username nor email address, unless it may lack both; the first of them that applies, in the order gone, differs, needs-login, taken.
 */
export type UpdateUserResult =
  | { outcome: 'updated'; user: UserRecord }
  | { outcome: 'gone' }
  | { outcome: 'differs' }
  | { outcome: 'needs-login' }
  | { outcome: 'taken'; taken: Identifier[] }

/** What a step that ends all sessions of an account says: the epoch in which they were opened, as it was when the step was taken. */
export interface EndedEpoch {
  endedEpoch: number
}

/**
 * Keeps accounts. An account that was marked deleted is absent from every response but {@link toPurge}. Records go in and
 * out as copies. `outbox` gives the rows to be stored with the change, by {@link OutboxRows}.
 */
export interface UserStore {
  /**
   * Saves an account if all of its identifiers are free; otherwise saves nothing and names each one that is taken.
   * Check and insert are one atomic step: of concurrent calls with one identifier, or one id, exactly one creates. The id of an account that
   * lives, or is marked deleted and was not purged, is in use, which is said first. A username that is held at `now` is taken; without
   * `now`, so is one whose hold has ended and was not forgotten. What the id itself holds is not in its way.
   */
  create(user: UserRecord, now?: Date, outbox?: OutboxRows): Promise<CreateUserResult>
  /** The live account with this id, or `null`. */
  byId(id: string): Promise<UserRecord | null>
  /** The live accounts with these ids, in any order. */
  byIds(ids: readonly string[]): Promise<UserRecord[]>
  /** The live account with this identifier, in one look-up, or `null`. */
  byLogin(login: Login): Promise<UserRecord | null>
  /**
   * Changes the named fields of a live account, all or none, under the same uniqueness as {@link create}; of the app's own `fields`, those
   * that are named. Rejects with `invalid-input`, and changes nothing, where these would be larger than `fieldsMaxBytes` (`mergeFields`).
   * What is `expected` is compared in the same step.
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
   * Sets a new password, or none: replaces the hash only if it still equals `expected`, and raises `sessionEpoch` by one in the same
   * step, which resolves to the epoch before. Of concurrent calls with one `expected` exactly one does; the others change nothing and
   * resolve to `null`.
   */
  replacePassword(
    id: string,
    expected: string | null,
    next: string | null,
    outbox?: OutboxRows,
  ): Promise<EndedEpoch | null>
  /**
   * Replaces the hash by another one of the same password, under the same condition. The epoch stays as it is. Returns whether it
   * replaced it.
   */
  upgradeHash(id: string, expected: string | null, next: string): Promise<boolean>
  /**
   * Marks a live account deleted in one step: its identifiers are free again, but for the username, which is held for nobody
   * until `heldUntil` where that is given; its contact data, name, bio, role, the app's own fields, password hash, age, credentials, since when it waited, who invited it and the reason of a ban are gone, and it is absent from every
   * look-up. Holds of names that it gave up before stay. Resolves to the epoch that it had then, or to `null` where it was not live, as
   * for a second call.
   */
  markDeleted(id: string, at: Date, heldUntil?: Date | null, outbox?: OutboxRows): Promise<EndedEpoch | null>
  /** Forgets usernames whose hold has ended by `now`, at most `limit`. Returns how many. {@link purge} forgets none. */
  forgetUsernames(now: Date, limit: number): Promise<number>
  /** Ids of live accounts that are banned, the highest id first. */
  bannedIds(keyset: Keyset): Promise<string[]>
  /** Ids of live accounts whose ban has ended at `now` and is there all the same, at most `limit`, the ban that ended first in front. */
  endedBans(now: Date, limit: number): Promise<string[]>
  /**
   * Ids of live accounts of which an identifier begins so, each once, at most `limit`, in any order. It costs by what it gives, however
   * many accounts there are.
   */
  idsBeginning(begins: IdentifierTexts, limit: number): Promise<string[]>
  /**
   * The same for identifiers that contain their text, of three characters or more. It costs by how many accounts contain it. Returns `null`
   * while there is no index for it. Optional: a store that never has one leaves it out.
   */
  idsContaining?(contains: IdentifierTexts, limit: number): Promise<string[] | null>
  /**
   * One step of reading the live accounts that match, the highest id first: at most `limit` of them below `before`. A step looks at a
   * bounded number of accounts, so it may give fewer, or none, and a `next`. Steps that follow each `next` give every account that
   * matches throughout once, whatever is written meanwhile.
   */
  search(filter: UserFilter, keyset: Keyset): Promise<UserSearchResult>
  /** Ids of accounts that are marked deleted and of which a trace is left, the oldest first. */
  toPurge(limit: number): Promise<string[]>
  /**
   * Removes the last trace of an account that is marked deleted, when all else of it is gone, but for names that it holds. Does nothing
   * for any other. Idempotent.
   */
  purge(id: string): Promise<void>
}
