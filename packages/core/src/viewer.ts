/** The caller: an account, and the session of an access token that was just verified. */
export interface Viewer {
  readonly userId: string
  /**
   * `null` if the host acts for the account ({@link viewerOf}), or the app's own authentication identified the caller.
   */
  readonly sessionId: string | null
  /**
   * The role in the access token, as of when it was issued. For pages and menus: {@link Accounts.requireRole} reads the
   * account. This and the following are absent without a token that has them.
   */
  readonly role?: string | undefined
  /** When the owner last proved to be the account, according to the token. */
  readonly provedAt?: Date | undefined
  /** How: the names of RFC 8176, such as `pwd` and `otp`. */
  readonly methods?: readonly string[] | undefined
  /** The account that is acting as this one: see `sessions.impersonate`. Absent in the owner's own sessions. */
  readonly actorId?: string | undefined
}

/**
 * The viewer with which the host acts as an account, as in `kith.posts.create(kith.viewerOf(userId), …)`. Reads
 * nothing: services refuse an account that does not exist as they would refuse its session. Limits that count by
 * session count by account instead.
 */
export function viewerOf(userId: string): Viewer {
  return Object.freeze({ userId, sessionId: null })
}

/** What the transport knows about the client that signs in; shown in the session list and used for rate limits. */
export interface ClientInfo {
  /** The client's IP address, according to the host framework's own proxy setting. */
  address?: string | undefined
  /** The `User-Agent` header. */
  userAgent?: string | undefined
  /** The `Accept-Language` header: the language of messages that the call causes. */
  language?: string | undefined
  /** The device token from an earlier sign-in on this device (`tokens.deviceToken`). */
  device?: string | undefined
}
