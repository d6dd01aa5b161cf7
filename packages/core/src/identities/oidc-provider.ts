import * as oidcClient from 'openid-client'
import { type Duration, durationSeconds } from '../duration.ts'
import { createSingleFlight } from '../single-flight.ts'
import { createBoundedFetch } from './bounded-fetch.ts'
import type { ForeignIdentity, IdentityChecks, IdentityProvider } from './identity-provider.ts'

/** The credentials that every provider issues to your app. */
export interface ProviderClient {
  clientId: string
  /** @default none: a public client, which authenticates with PKCE alone */
  clientSecret?: string | undefined
  /** The requested scopes. @default those of the preset */
  scope?: string | undefined
  /** @default the global `fetch` */
  fetch?: typeof fetch | undefined
}

/** Any OpenID Connect provider. */
export interface OidcOptions extends ProviderClient {
  /** Its URL, under which `/.well-known/openid-configuration` is. */
  issuer: string
  /** The display name. @default the host of `issuer` */
  title?: string | undefined
  /**
   * Whether to trust its `email_verified`: anyone who can write claims there can then claim an address that nobody has
   * verified here, and with `accounts.linkVerified` an account. @default false
   */
  verifiesEmails?: boolean | undefined
  /**
   * The maximum time since users signed in there: beyond that, the provider has to ask again, and its claim about it is
   * checked. A provider without that claim is refused. @default any time
   */
  maxAge?: Duration | undefined
}

/** What differs between providers. */
export interface OidcDifferences {
  answersBy?: IdentityProvider['answersBy']
  /** Parameters in addition to those of every authorization request. */
  parameters?: Readonly<Record<string, string>>
  /** How the app authenticates to the provider. */
  authenticate?: oidcClient.ClientAuth
  /** Data in the response besides the ID token. */
  nameIn?(answer: URLSearchParams): string | null
}

/** How long metadata and keys are cached. An unknown key is looked up sooner. */
const metadataMillis = 3_600_000
/** How long stale ones are used if they cannot be read. */
const staleMillis = 60_000

/** A provider with OpenID Connect. Its metadata is read for the first sign-in. @throws TypeError */
export function createOidcProvider(
  options: OidcOptions,
  differences: OidcDifferences = {},
): IdentityProvider {
  const { issuer, clientId, scope = 'openid email profile', verifiesEmails = false } = options
  if (!URL.canParse(issuer)) throw new TypeError('oidc: issuer: give its URL, such as https://id.example')
  const maxAge = options.maxAge === undefined ? null : durationSeconds(options.maxAge, 'oidc: maxAge')
  const { answersBy = 'redirect', parameters = {}, nameIn } = differences
  const configuration = remembered(() => discover(options, differences))

  return {
    title: options.title ?? new URL(issuer).host,
    answersBy,
    async authorizationUrl(checks) {
      return await buildUrl(await configuration(), checks, {
        scope,
        nonce: checks.nonce,
        ...(answersBy === 'form-post' && { response_mode: 'form_post' }),
        ...(maxAge !== null && { max_age: String(maxAge) }),
        ...parameters,
      })
    },
    async identify(answer, checks) {
      const config = await configuration()
      const tokens = await oidcClient.authorizationCodeGrant(config, callbackUrl(answer, checks), {
        expectedState: checks.state,
        expectedNonce: checks.nonce,
        pkceCodeVerifier: checks.codeVerifier,
        idTokenExpected: true,
        ...(maxAge !== null && { maxAge }),
      })
      const claims = tokens.claims()
      if (!claims) throw new Error(`${clientId}: the provider sent no ID token`)
      const more =
        claims['email'] === undefined && config.serverMetadata().userinfo_endpoint !== undefined
          ? await oidcClient.fetchUserInfo(config, tokens.access_token, claims.sub)
          : {}
      const identity = readClaims({ ...more, ...claims }, verifiesEmails)
      return { ...identity, name: identity.name ?? nameIn?.(answer) ?? null }
    },
  }
}

/** The URL to send a browser to, with a PKCE challenge. */
export async function buildUrl(
  config: oidcClient.Configuration,
  { redirectUri, state, codeVerifier }: IdentityChecks,
  parameters: Record<string, string>,
): Promise<URL> {
  return oidcClient.buildAuthorizationUrl(config, {
    ...parameters,
    redirect_uri: redirectUri,
    state,
    code_challenge: await oidcClient.calculatePKCECodeChallenge(codeVerifier),
    code_challenge_method: 'S256',
  })
}

/** As sent to the provider: a proxy of the app may have changed the URL of the request. */
export function callbackUrl(answer: URLSearchParams, { redirectUri }: IdentityChecks): URL {
  const url = new URL(redirectUri)
  url.search = answer.toString()
  return url
}

async function discover(
  { issuer, clientId, clientSecret, fetch }: OidcOptions,
  { authenticate = authentication(clientSecret) }: OidcDifferences,
): Promise<oidcClient.Configuration> {
  const url = new URL(issuer)
  return await oidcClient.discovery(url, clientId, undefined, authenticate, {
    [oidcClient.customFetch]: createBoundedFetch(fetch),
    execute: [
      // Without it the signature is not checked, because the token came directly from the provider.
      oidcClient.enableNonRepudiationChecks,
      ...(isThisMachine(url) ? [oidcClient.allowInsecureRequests] : []),
    ],
  })
}

/** `client_secret_basic` is the default if a provider lists nothing. */
function authentication(secret: string | undefined): oidcClient.ClientAuth {
  if (secret === undefined) return oidcClient.None()
  const [post, basic] = [oidcClient.ClientSecretPost(secret), oidcClient.ClientSecretBasic(secret)]
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? []
    return (methods.includes('client_secret_post') ? post : basic)(server, ...rest)
  }
}

/** Unencrypted connections are for development only. */
function isThisMachine({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}

/**
 * Reads it once for all waiting calls, and again after {@link metadataMillis}. If that fails, the stale value is used.
 */
function remembered<Result>(read: () => Promise<Result>): () => Promise<Result> {
  const flight = createSingleFlight<Result>()
  let found: { result: Result; until: number } | null = null
  return async () => {
    if (found && Date.now() < found.until) return found.result
    const before = found
    try {
      const result = await flight('', read)
      found = { result, until: Date.now() + metadataMillis }
      return result
    } catch (error) {
      if (!before) throw error
      found = { ...before, until: Date.now() + staleMillis }
      return before.result
    }
  }
}

function readClaims(claims: Readonly<Record<string, unknown>>, verifiesEmails: boolean): ForeignIdentity {
  const text = (name: string): string | null => (typeof claims[name] === 'string' ? claims[name] : null)
  // Apple sends it as a string.
  const isVerified = [true, 'true'].includes(claims['email_verified'] as boolean | string)
  return {
    issuer: text('iss') ?? '',
    subject: text('sub') ?? '',
    verifiedEmail: verifiesEmails && isVerified ? text('email') : null,
    name: text('name'),
    username: text('preferred_username'),
  }
}
