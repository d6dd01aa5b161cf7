/** What one sign-in elsewhere is held to. Kith makes them, and keeps them until the browser is back. */
export interface IdentityChecks {
  /** Where the provider sends the browser back to. Each provider has an address of its own. */
  redirectUri: string
  /** Comes back with the response. */
  state: string
  /** Comes back in the ID token, where there is one. */
  nonce: string
  /** The secret of PKCE (RFC 7636): its SHA-256 goes out with the browser, it itself with the code. */
  codeVerifier: string
}

/** Who somebody is elsewhere. */
export interface ForeignIdentity {
  /** Who says so. With `subject` it names the identity. */
  issuer: string
  /** Never given to somebody else, unlike a name or an email address. */
  subject: string
  /** An email address of which the provider has made sure that it is theirs; `null` without one. Others are of no use to Kith. */
  verifiedEmail: string | null
  /** What they are called. */
  name: string | null
  /** Their username there, to suggest it here. */
  username: string | null
}

/**
 * Says who somebody is elsewhere, by sending their browser there and back (RFC 6749, 4.1). Both methods reject with `provider-unavailable`,
 * a `RetryLaterError`, where the provider cannot be reached, and with anything else where it refuses or its response is wrong.
 */
export interface IdentityProvider {
  /** What people call it, such as `Google`. */
  readonly title: string
  /** How the browser comes back: by `GET`, or by a form that a page of the provider posts, with which browsers send fewer cookies. */
  readonly answersBy: 'redirect' | 'form-post'
  /** Where the browser is sent. */
  authorizationUrl(checks: IdentityChecks): Promise<URL>
  /**
   * Reads the parameters that the browser came back with, exchanges the code, and checks `state`, the issuer (RFC 9207), the nonce and the
   * signature of the ID token. A code is exchanged once.
   */
  identify(answer: URLSearchParams, checks: IdentityChecks): Promise<ForeignIdentity>
}
