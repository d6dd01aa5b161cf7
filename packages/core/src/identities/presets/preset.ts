import type { IdentityProvider } from '../identity-provider.ts'
import { createOidcProvider, type OidcOptions, type ProviderClient } from '../oidc-provider.ts'

/** A provider of which everything is known but what it has given your app. */
export type Preset = (client: ProviderClient) => IdentityProvider

/** Makes a preset of what a provider is. */
export function oidcPreset(provider: Omit<OidcOptions, keyof ProviderClient>): Preset {
  return (client) => createOidcProvider({ ...client, ...provider })
}
