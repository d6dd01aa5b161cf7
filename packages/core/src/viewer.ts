/** Who is asking: the account, and the session behind an access token that was just checked. */
export interface Viewer {
  readonly userId: string
  /** `null` where no session of Kith stands behind it: the host acts for the account, or its own sign-in says who asks. */
  readonly sessionId: string | null
}

/** What an account is counted by where its sessions are: those who have none count by account. */
export function subjectOf({ userId, sessionId }: Viewer): string {
  return sessionId ?? userId
}

/** What the transport knows of the client that signs in; shown in the session list and used for rate limits. */
export interface ClientInfo {
  /** The client's IP address, as the host framework's own proxy setting determines it. */
  address?: string | undefined
  /** The `User-Agent` header. */
  userAgent?: string | undefined
  /** The device token that an earlier sign-in on this device gave out (`tokens.deviceToken`). */
  device?: string | undefined
}
