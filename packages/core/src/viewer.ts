/** Who is asking: an account, and the session behind an access token that was just checked. */
export interface Viewer {
  readonly userId: string
  /** `null` where the host acts for the account ({@link viewerOf}), or an authentication of the app's own says who asks. */
  readonly sessionId: string | null
  /**
   * What the access token says of the role, from when it was issued. For pages and menus: {@link Accounts.requireRole} reads the account.
   * This and what follows is absent where no token says it.
   */
  readonly role?: string | undefined
  /** When the owner last proved to be the account, by what the token says. */
  readonly provedAt?: Date | undefined
  /** How: the names of RFC 8176, such as `pwd` and `otp`. */
  readonly methods?: readonly string[] | undefined
  /** Who acts here as the account, which is not their own: see `sessions.impersonate`. Absent in a session of the owner. */
  readonly actorId?: string | undefined
}

/**
 * The viewer by whom the host acts as an account, as in `kith.posts.create(kith.viewerOf(userId), …)`. It asks nothing: services refuse
 * an account that does not exist where they would refuse its session. Limits that count by session count it by account.
 */
export function viewerOf(userId: string): Viewer {
  return Object.freeze({ userId, sessionId: null })
}

/** What the transport knows of the client that signs in; shown in the session list and used for rate limits. */
export interface ClientInfo {
  /** The client's IP address, as the host framework's own proxy setting determines it. */
  address?: string | undefined
  /** The `User-Agent` header. */
  userAgent?: string | undefined
  /** The `Accept-Language` header: the language of messages that the call causes. */
  language?: string | undefined
  /** The device token that an earlier sign-in on this device gave out (`tokens.deviceToken`). */
  device?: string | undefined
}
