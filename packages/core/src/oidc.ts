import type { IdentityProvider } from './identities/identity-provider.ts'
import { createOidcProvider, type OidcOptions } from './identities/oidc-provider.ts'

export type { OidcOptions, ProviderClient } from './identities/oidc-provider.ts'
export { apple, type AppleOptions } from './identities/apple.ts'
export { github } from './identities/github.ts'
export { gitlab } from './identities/presets/gitlab.ts'
export { google } from './identities/presets/google.ts'
export { microsoft, type MicrosoftOptions } from './identities/presets/microsoft.ts'
export type { Preset } from './identities/presets/preset.ts'

/** Any OpenID Connect provider, by its issuer URL: `providers: { acme: oidc({ issuer, clientId, clientSecret }) }`. */
export function oidc(options: OidcOptions): IdentityProvider {
  return createOidcProvider(options)
}
