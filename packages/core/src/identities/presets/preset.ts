import type { IdentityProvider } from '../identity-provider.ts'
import { createOidcProvider, type OidcOptions, type ProviderClient } from '../oidc-provider.ts'

/** A known provider: it only needs the credentials issued to your app. */
export type Preset = (client: ProviderClient) => IdentityProvider

/** Creates a preset from a provider's settings. */
export function oidcPreset(provider: Omit<OidcOptions, keyof ProviderClient>): Preset {
  return (client) => createOidcProvider({ ...client, ...provider })
}
