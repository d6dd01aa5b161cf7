import * as oauthClient from 'openid-client'
import * as z from 'zod'
import { createBoundedFetch } from './bounded-fetch.ts'
import type { IdentityProvider } from './identity-provider.ts'
import { buildUrl, callbackUrl, type ProviderClient } from './oidc-provider.ts'

const server = {
  issuer: 'https://github.com',
  authorization_endpoint: 'https://github.com/login/oauth/authorize',
  token_endpoint: 'https://github.com/login/oauth/access_token',
}
const api = 'https://api.github.com'

const userAnswer = z.looseObject({ id: z.int().positive(), login: z.string(), name: z.string().nullish() })
const emailsAnswer = z.array(
  z.looseObject({ email: z.string(), primary: z.boolean(), verified: z.boolean() }),
)

/**
 * https://docs.github.com/apps/oauth-apps/building-oauth-apps/authorizing-oauth-apps. OAuth without ID tokens: the API
 * identifies the user of the token that the code was exchanged for.
 */
export function github({
  clientId,
  clientSecret,
  scope,
  fetch: send,
}: ProviderClient & { clientSecret: string }): IdentityProvider {
  const fetch = createBoundedFetch(send)
  const authentication = oauthClient.ClientSecretPost(clientSecret)
  const config = new oauthClient.Configuration(server, clientId, undefined, authentication)
  config[oauthClient.customFetch] = fetch

  async function read<Answer>(path: string, token: string, schema: z.ZodType<Answer>): Promise<Answer> {
    const headers = {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${token}`,
      'user-agent': 'kith',
      'x-github-api-version': '2022-11-28',
    }
    const response = await fetch(`${api}${path}`, { method: 'GET', headers, body: null, redirect: 'manual' })
    if (response.status !== 200) throw new Error(`GitHub returned status ${response.status} for ${path}`)
    return schema.parse(await response.json())
  }

  return {
    title: 'GitHub',
    answersBy: 'redirect',
    authorizationUrl: (checks) => buildUrl(config, checks, { scope: scope ?? 'read:user user:email' }),
    async identify(answer, checks) {
      const { access_token: token } = await oauthClient.authorizationCodeGrant(
        config,
        callbackUrl(answer, checks),
        { expectedState: checks.state, pkceCodeVerifier: checks.codeVerifier },
      )
      const user = await read('/user', token, userAnswer)
      const emails = await read('/user/emails', token, emailsAnswer)
      return {
        issuer: server.issuer,
        subject: String(user.id),
        verifiedEmail: emails.find(({ primary, verified }) => primary && verified)?.email ?? null,
        name: user.name ?? null,
        username: user.login,
      }
    },
  }
}
