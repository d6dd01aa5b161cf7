import type { IdentityProvider } from '../identity-provider.ts'
import { createOidcProvider, type ProviderClient } from '../oidc-provider.ts'

/** Which Microsoft accounts may sign in. */
export interface MicrosoftOptions extends ProviderClient {
  /** The id of a tenant; `consumers`, `organizations` or `common` for several. @default 'common' */
  tenant?: string | undefined
}

/**
 * https://learn.microsoft.com/entra/identity-platform/v2-protocols-oidc. Tenant administrators can set any address, so
 * none is trusted.
 */
export function microsoft({ tenant = 'common', ...client }: MicrosoftOptions): IdentityProvider {
  const issuer = `https://login.microsoftonline.com/${tenant}/v2.0`
  return createOidcProvider({ ...client, title: 'Microsoft', issuer, verifiesEmails: false })
}
