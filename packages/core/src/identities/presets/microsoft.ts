import type { IdentityProvider } from '../identity-provider.ts'
import { createOidcProvider, type ProviderClient } from '../oidc-provider.ts'

/** Which accounts of Microsoft are meant. */
export interface MicrosoftOptions extends ProviderClient {
  /** The id of a tenant; `consumers`, `organizations` or `common` for those of many. @default 'common' */
  tenant?: string | undefined
}

/** https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc. Administrators of a tenant write any address into it, so none is believed. */
export function microsoft({ tenant = 'common', ...client }: MicrosoftOptions): IdentityProvider {
  const issuer = `https://login.microsoftonline.com/${tenant}/v2.0`
  return createOidcProvider({ ...client, title: 'Microsoft', issuer, verifiesEmails: false })
}
