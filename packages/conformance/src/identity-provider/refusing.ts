import assert from 'node:assert/strict'
import { isRetryLater } from '@kith/core'
import type { IdentityChecks } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { goAs, identifyAs, newChecks, type Returned } from './checks.ts'
import type { IdentityHost } from './identity-host.ts'

/** What a provider refuses to believe. */
export const refusingCases: readonly Case<IdentityHost>[] = [
  {
    id: 'identities/own-state',
    title: 'a response to another state is refused, also one with none',
    async run(host) {
      await refusesOthers(host, 'state')
      const { answer, checks } = await goAs(host, host.browser.verified.login)
      answer.delete('state')
      await refuses(host, { answer, checks })
    },
  },
  {
    id: 'identities/own-verifier',
    title: 'a code is exchanged only with the secret of PKCE that belongs to it',
    run: (host) => refusesOthers(host, 'codeVerifier'),
  },
  {
    id: 'identities/own-nonce',
    title: 'an ID token with another nonce is refused',
    run: async (host) =>
      host.browser.withoutNonce === null ? await refusesOthers(host, 'nonce') : undefined,
  },
  {
    id: 'identities/own-issuer',
    title: 'a response in the name of another issuer is refused',
    async run(host) {
      const { answer, checks } = await goAs(host, host.browser.verified.login)
      answer.set('iss', 'https://evil.example')
      await refuses(host, { answer, checks })
    },
  },
  {
    id: 'identities/code-once',
    title: 'a code is exchanged once',
    async run(host) {
      const { answer, checks } = await goAs(host, host.browser.verified.login)
      await host.provider.identify(new URLSearchParams(answer), checks)
      await refuses(host, { answer, checks })
    },
  },
  {
    id: 'identities/no-code',
    title: 'a response without a code, or with one that was never issued, is refused',
    async run(host) {
      const { answer, checks } = await goAs(host, host.browser.verified.login)
      const [without, forged] = [new URLSearchParams(answer), new URLSearchParams(answer)]
      without.delete('code')
      forged.set('code', 'never-issued')
      for (const each of [new URLSearchParams(), without, forged])
        await refuses(host, { answer: each, checks })
    },
  },
  {
    id: 'identities/denied',
    title: 'the response of a user who declines is refused',
    async run(host) {
      const checks = newChecks(host)
      const answer = new URLSearchParams({ error: 'access_denied', state: checks.state })
      await refuses(host, { answer, checks })
    },
  },
  {
    id: 'identities/down',
    title: 'a provider that cannot be reached is `provider-unavailable`, and works again afterwards',
    async run(host) {
      const { browser, provider } = host
      const { answer, checks } = await goAs(host, browser.verified.login)
      await browser.setDown(true)
      const error = await provider.identify(answer, checks).then(
        () => null,
        (thrown: unknown) => thrown,
      )
      assert.ok(isUnavailable(error), String(error))
      await browser.setDown(false)
      assert.equal((await identifyAs(host, browser.verified.login)).verifiedEmail, browser.verified.email)
    },
  },
]

/** That a response counts for nothing but the sign-in that it belongs to. */
async function refusesOthers(host: IdentityHost, name: keyof IdentityChecks): Promise<void> {
  const { answer, checks } = await goAs(host, host.browser.verified.login)
  await refuses(host, { answer, checks: { ...checks, [name]: newChecks(host)[name] } })
}

/** That identifying fails for good: another attempt with the same response is pointless. */
async function refuses({ provider }: IdentityHost, { answer, checks }: Returned): Promise<void> {
  const error = await provider.identify(answer, checks).then(
    (identity) => assert.fail(`it is ${identity.subject}`),
    (thrown: unknown) => thrown,
  )
  assert.ok(error instanceof Error && error.name !== 'AssertionError', String(error))
  assert.ok(!isUnavailable(error), 'it says that another attempt may help')
}

/** As Kith finds it out: libraries wrap errors. */
function isUnavailable(error: unknown): boolean {
  for (let at = error; at instanceof Error; at = at.cause)
    if (isRetryLater(at) && at.code === 'provider-unavailable') return true
  return false
}
