import * as oidcClient from 'openid-client'
import { type Duration, durationSeconds } from '../duration.ts'
import { createSingleFlight } from '../single-flight.ts'
import { createBoundedFetch } from './bounded-fetch.ts'
import type { ForeignIdentity, IdentityChecks, IdentityProvider } from './identity-provider.ts'

/** What every provider has given your app. */
export interface ProviderClient {
  clientId: string
  /** @default none: a public client, which proves itself by PKCE alone */
  clientSecret?: string | undefined
  /** What the provider is asked for. @default what its preset asks for */
  scope?: string | undefined
  /** @default the global `fetch` */
  fetch?: typeof fetch | undefined
}

/** Any OpenID Connect provider. */
export interface OidcOptions extends ProviderClient {
  /** Its address, under which `/.well-known/openid-configuration` is. */
  issuer: string
  /** What people call it. @default the host of `issuer` */
  title?: string | undefined
  /**
   * Whether its `email_verified` is believed: anyone who can write claims there can take an address here that nobody has verified, and with
   * `accounts.linkVerified` an account. @default false
   */
  verifiesEmails?: boolean | undefined
  /**
   * How long ago people may have signed in there at most: the provider asks them again where it was longer, and what it says of that is
   * checked. One that says nothing is refused. @default any time
   */
  maxAge?: Duration | undefined
}

/** What a provider does differently. */
export interface OidcDifferences {
  answersBy?: IdentityProvider['answersBy']
  /** Beside those of every authorization request. */
  parameters?: Readonly<Record<string, string>>
  /** How the app proves itself to the provider. */
  authenticate?: oidcClient.ClientAuth
  /** What the response says besides the ID token. */
  nameIn?(answer: URLSearchParams): string | null
}

/** How long metadata and keys are used before they are read again. A key that is not known yet is looked up sooner. */
const metadataMillis = 3_600_000
/** How long those before are used on where they cannot be read. */
const staleMillis = 60_000

/** A provider that speaks OpenID Connect. Its metadata are read when the first person comes. @throws TypeError */
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

/** The address that a browser is sent to, with a challenge for PKCE. */
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

/** As the provider was told: what stands in front of the app may have changed the address that came. */
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
      // Without it the signature is left out of the check, because the token came straight from the provider.
      oidcClient.enableNonRepudiationChecks,
      ...(isThisMachine(url) ? [oidcClient.allowInsecureRequests] : []),
    ],
  })
}

/** `client_secret_basic` is what counts where a provider names nothing. */
function authentication(secret: string | undefined): oidcClient.ClientAuth {
  if (secret === undefined) return oidcClient.None()
  const [post, basic] = [oidcClient.ClientSecretPost(secret), oidcClient.ClientSecretBasic(secret)]
  return (server, ...rest) => {
    const methods = server.token_endpoint_auth_methods_supported ?? []
    return (methods.includes('client_secret_post') ? post : basic)(server, ...rest)
  }
}

/** What is not encrypted is for development only. */
function isThisMachine({ protocol, hostname }: URL): boolean {
  return protocol === 'http:' && ['localhost', '127.0.0.1', '[::1]'].includes(hostname)
}

/** Reads it once for all who wait, and again after {@link metadataMillis}. Where that fails, what was read before still counts. */
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
  // Apple sends it as text.
  const isVerified = [true, 'true'].includes(claims['email_verified'] as boolean | string)
  return {
    issuer: text('iss') ?? '',
    subject: text('sub') ?? '',
    verifiedEmail: verifiesEmails && isVerified ? text('email') : null,
    name: text('name'),
    username: text('preferred_username'),
  }
}
