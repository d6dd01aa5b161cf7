import type { IdentityProvider } from '@kith/core/ports'

/** A provider, and a browser that has been there, as the cases need them. */
export interface IdentityHost {
  readonly provider: IdentityProvider
  readonly browser: IdentityBrowser
}

/** A browser, and two people with accounts at the provider. */
export interface IdentityBrowser {
  /** Where the provider sends browsers back to: a URL that is registered there. */
  readonly redirectUri: string
  /** Someone whose email address the provider has verified. */
  readonly verified: { readonly login: string; readonly email: string }
  /** Someone else, of whom the provider has no verified address. */
  readonly unverified: { readonly login: string }
  /** Opens the URL, signs in as this person and agrees. Resolves to the parameters that the browser returns with. */
  allow(url: URL, login: string): Promise<URLSearchParams>
  /** Makes the provider unreachable, or reachable again. */
  setDown(isDown: boolean): Promise<void>
  /** Why no ID token returns the nonce; `null` where one does. */
  readonly withoutNonce: string | null
}
