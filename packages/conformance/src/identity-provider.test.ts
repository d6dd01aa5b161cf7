import { github, oidc } from '@kith/core/oidc'
import { afterAll, beforeAll, describe, onTestFinished, test } from 'vitest'
import { type GitHubUser, startGitHub } from '../../core/test/providers/github-double.ts'
import { appUrl } from '../../../test/servers/oidc-clients.ts'
import { logInAt, type OidcServer, startOidcServer } from '../../../test/servers/oidc-server.ts'
import { identityProviderCases, type IdentityHost, runCases } from './index.ts'

const redirectUri = `${appUrl}/api/v1/auth/acme/callback`

/** A network that can be cut. */
function cuttable(reach: typeof fetch = fetch): {
  fetch: typeof fetch
  setDown: IdentityHost['browser']['setDown']
} {
  let isDown = false
  return {
    fetch: async (...request) => {
      if (isDown) throw new TypeError('fetch failed')
      return await reach(...request)
    },
    setDown: async (value) => void (isDown = value),
  }
}

describe('an OpenID Connect provider in a process of its own', () => {
  let server: OidcServer
  beforeAll(async () => {
    server = await startOidcServer()
  }, 120_000)
  afterAll(() => server.stop())

  runCases(test, identityProviderCases, async (): Promise<IdentityHost> => {
    const { fetch, setDown } = cuttable()
    const { issuer } = server
    const client = { clientId: 'kith', clientSecret: 'a secret of the client', verifiesEmails: true }
    return {
      provider: oidc({ issuer, ...client, fetch }),
      browser: {
        redirectUri,
        verified: { login: 'ada', email: 'ada@example.com' },
        unverified: { login: 'unverified-ada' },
        allow: async (url, login) => (await logInAt(url.href, login)).answer,
        setDown,
        withoutNonce: null,
      },
    }
  })
})

describe('GitHub', () => {
  const email = { email: 'octocat@example.com', primary: true, visibility: null }
  const users: Readonly<Record<string, GitHubUser>> = {
    octocat: { id: 583_231, login: 'octocat', name: 'The Octocat', emails: [{ ...email, verified: true }] },
    hubot: { id: 480_938, login: 'hubot', name: null, emails: [{ ...email, verified: false }] },
  }

  runCases(test, identityProviderCases, async (): Promise<IdentityHost> => {
    const double = await startGitHub({ id: 'kith', secret: 'secret' })
    onTestFinished(() => double.stop())
    const { fetch, setDown } = cuttable(double.fetch)
    return {
      provider: github({ clientId: 'kith', clientSecret: 'secret', fetch }),
      browser: {
        redirectUri,
        verified: { login: 'octocat', email: email.email },
        unverified: { login: 'hubot' },
        async allow(url, login) {
          const user = users[login]
          if (!user) throw new Error(`GitHub has no ${login}`)
          return double.allow(url.href, user)
        },
        setDown,
        withoutNonce: 'OAuth without ID tokens',
      },
    }
  })
})
