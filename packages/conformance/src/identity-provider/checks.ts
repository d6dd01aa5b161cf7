import { randomBytes } from 'node:crypto'
import type { ForeignIdentity, IdentityChecks } from '@kith/core/ports'
import type { IdentityHost } from './identity-host.ts'

/** The parameters of a new sign-in. */
export function newChecks({ browser }: IdentityHost): IdentityChecks {
  const secret = (): string => randomBytes(32).toString('base64url')
  return { redirectUri: browser.redirectUri, state: secret(), nonce: secret(), codeVerifier: secret() }
}

/** A browser that is back from the provider. */
export interface Returned {
  answer: URLSearchParams
  checks: IdentityChecks
}

/** Sends a browser to the provider and back. */
export async function goAs(host: IdentityHost, login: string): Promise<Returned> {
  const checks = newChecks(host)
  const url = await host.provider.authorizationUrl(checks)
  return { checks, answer: await host.browser.allow(url, login) }
}

/** The same, until the provider has said who it is. */
export async function identifyAs(host: IdentityHost, login: string): Promise<ForeignIdentity> {
  const { answer, checks } = await goAs(host, login)
  return await host.provider.identify(answer, checks)
}
