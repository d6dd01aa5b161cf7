/** The parameters of one sign-in. Kith creates and keeps them until the browser is back. */
export interface IdentityChecks {
  /** Where the provider sends the browser back to. Each provider has its own URL. */
  redirectUri: string
  /** Returned with the response. */
  state: string
  /** Returned in the ID token, if there is one. */
  nonce: string
  /** The secret of PKCE (RFC 7636): its SHA-256 is sent with the browser, the secret itself with the code. */
  codeVerifier: string
}

/** A user's identity at a provider. */
export interface ForeignIdentity {
  /** The issuer. Together with `subject` it is the identity. */
  issuer: string
  /** Never reassigned, unlike a name or an email address. */
  subject: string
  /** An email address that the provider has verified; `null` without one. Kith cannot use unverified addresses. */
  verifiedEmail: string | null
  /** The display name. */
  name: string | null
  /** The username at the provider, to suggest it here. */
  username: string | null
}

/**
 * Identifies users by sending their browser to a provider and back (RFC 6749, 4.1). Both methods reject with
 * `provider-unavailable`, a `RetryLaterError`, or an error with it as a `cause`, if the provider cannot be reached, and
 * with any other error if it refuses or its response is wrong.
 */
export interface IdentityProvider {
  /** The display name, such as `Google`. */
  readonly title: string
  /**
   * How the browser returns: by `GET`, or by a form that a page of the provider posts, with which browsers send fewer
   * cookies.
   */
  readonly answersBy: 'redirect' | 'form-post'
  /** The URL to send the browser to, with the parameters of RFC 6749 and 7636. It reveals no `codeVerifier`. */
  authorizationUrl(checks: IdentityChecks): Promise<URL>
  /**
   * Reads the parameters that the browser returned with, exchanges the code, and checks `state`, the issuer if the
   * response names one (RFC 9207), and the nonce and the signature of the ID token if there is one. A code is exchanged
   * once. The same person has the same `issuer` and `subject` at every sign-in.
   */
  identify(answer: URLSearchParams, checks: IdentityChecks): Promise<ForeignIdentity>
}
