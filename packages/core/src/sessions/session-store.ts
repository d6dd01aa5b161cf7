import type { OutboxRows } from '../outbox/outbox-store.ts'
import type { Keyset } from '../page.ts'

/** A session as stored: one row per sign-in. It contains no token and nothing a token could be derived from. */
export interface SessionRecord {
  id: string
  userId: string
  /** The `sessionEpoch` of its account when it was opened; 0 for rows of releases that did not write it. */
  epoch: number
  /** How often the refresh token was rotated; a refresh token carries its generation. */
  generation: number
  createdAt: Date
  /** When the current generation began; `createdAt` for generation 0. */
  rotatedAt: Date
  /** When the current refresh token expires, and the session with it. */
  expiresAt: Date
  revokedAt: Date | null
  /** When its owner last proved to be the account: `createdAt` for rows of releases that did not write it. */
  provedAt: Date
  /**
   * How: the names of RFC 8176, such as `pwd` and `otp`, in order. Only `pwd` for rows of releases that did not write
   * it.
   */
  methods: string[]
  /**
   * The account that acts as this one; `null` for a session of the owner, and for rows of releases that did not write
   * it.
   */
  actorId: string | null
  /** The session from which it does so, if it has one. */
  actorSessionId: string | null
  /**
   * The public key that its device has proved to hold: from then on a refresh token alone renews nothing. `null` if
   * there is none, and for rows of releases that did not write it.
   */
  boundKey: string | null
  deviceName: string | null
  address: string | null
  userAgent: string | null
}

/** One step of refresh-token rotation. */
export interface Rotation {
  id: string
  /** The generation of the caller's token. */
  generation: number
  /** The key whose proof the caller has verified; `null` without a proof. */
  boundKey: string | null
  now: Date
  /** The new expiry of the session if this step is taken. */
  expiresAt: Date
  /** The IP address of the refresh; `null` keeps the stored one. */
  address: string | null
  /** Its user agent; `null` keeps the stored one. */
  userAgent: string | null
  /** Sets `provedAt` to `now`, and `methods` to these; if absent both stay. */
  methods?: string[] | undefined
}

/** A session to bind to the key of its device. */
export interface Binding {
  id: string
  userId: string
  key: string
  now: Date
}

/** A session that a verb has opened or ended: the argument of `outbox`, called once for each. */
export interface SessionChange {
  id: string
  opened: boolean
}

/** The result of {@link SessionStore.rotate}: the row as it is now, `null` if there is none. */
export type RotationResult =
  { rotated: true; session: SessionRecord } | { rotated: false; session: SessionRecord | null }

/**
 * Stores sessions. Revocation is final: no call makes a revoked session live again. Records are copied on the way in
 * and out: later changes to arguments or results change nothing here. `outbox` returns the rows to be stored with each
 * change of a session, by {@link OutboxRows}.
 */
export interface SessionStore {
  /**
   * Saves a new session. Its id has to be new: with an id in use it rejects and changes nothing. Of the sessions of
   * this user that are live at its `createdAt`, the new one included, only `maxLive` stay: the least recently used of
   * them (by `rotatedAt`, then by id) are revoked at that time before the call resolves to their ids. Of concurrent
   * calls exactly one returns each id, and once all have resolved exactly the `maxLive` most recently used ones are
   * live.
   */
  open(session: SessionRecord, maxLive: number, outbox?: OutboxRows<SessionChange>): Promise<string[]>
  /** The session with this id, live or not, or `null`. */
  byId(id: string): Promise<SessionRecord | null>
  /**
   * Steps from `generation` to `generation + 1` and sets `rotatedAt` to `now`, if the session is at exactly that
   * generation, bound to exactly `boundKey` (to none if that is `null`), not revoked, and not expired at `now`. Compare
   * and set are one atomic step: of concurrent calls with one generation exactly one returns `rotated: true`; the
   * others get the row as that step, or a later one, left it.
   */
  rotate(rotation: Rotation): Promise<RotationResult>
  /**
   * Sets `boundKey` of a session of this user that has none, is not revoked, and not expired at `now`; resolves to
   * whether it did. It is set once: no call changes it afterwards. Compare and set are one atomic step: of concurrent
   * calls exactly one resolves to `true`, and a rotation with `boundKey: null` either precedes that step or does not
   * step.
   */
  bind(binding: Binding, outbox?: OutboxRows): Promise<boolean>
  /** Ends a session of this user. Returns whether it was live until now; another user's session is left alone. */
  revoke(
    session: { id: string; userId: string },
    at: Date,
    outbox?: OutboxRows<SessionChange>,
  ): Promise<boolean>
  /**
   * Ends all live sessions of a user except `except`, each in one step, and resolves to the ids of those it ended.
   * After an interruption some may still be live; those of an earlier epoch of the account open nothing anyway, and a
   * repeated call ends them.
   */
  revokeAll(
    userId: string,
    at: Date,
    except: string | null,
    outbox?: OutboxRows<SessionChange>,
  ): Promise<string[]>
  /** Sessions of a user that are neither revoked nor expired at `now`, newest id first. */
  list(userId: string, now: Date, keyset: Keyset): Promise<SessionRecord[]>
  /** Removes at most `limit` sessions that ended (expired or revoked) at or before `before`; returns how many. */
  purgeEnded(before: Date, limit: number): Promise<number>
}
