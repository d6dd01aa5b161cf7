import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import type { Case } from '../case.ts'
import { race } from '../race.ts'
import { identifyAs, newChecks } from './checks.ts'
import type { IdentityHost } from './identity-host.ts'

/** What a sign-in promises. */
export const identifyingCases: readonly Case<IdentityHost>[] = [
  {
    id: 'identities/described',
    title: 'a provider has a title, and says how browsers return from it',
    async run({ provider }) {
      assert.match(provider.title, /\S/)
      assert.ok(['redirect', 'form-post'].includes(provider.answersBy))
    },
  },
  {
    id: 'identities/authorization-url',
    title: 'the URL has the state and where to return to, and a challenge in place of the secret of PKCE',
    async run(host) {
      const checks = newChecks(host)
      const url = await host.provider.authorizationUrl(checks)
      const isLocal = ['localhost', '127.0.0.1', '[::1]'].includes(url.hostname)
      assert.ok(url.protocol === 'https:' || (url.protocol === 'http:' && isLocal), url.protocol)
      const parameter = (name: string): string | null => url.searchParams.get(name)
      assert.equal(parameter('state'), checks.state)
      assert.equal(parameter('redirect_uri'), checks.redirectUri)
      assert.equal(parameter('code_challenge_method'), 'S256')
      const challenge = createHash('sha256').update(checks.codeVerifier).digest('base64url')
      assert.equal(parameter('code_challenge'), challenge)
      assert.ok(!url.href.includes(checks.codeVerifier), 'the secret is in the URL')
      if (host.browser.withoutNonce === null) assert.equal(parameter('nonce'), checks.nonce)
    },
  },
  {
    id: 'identities/same-person',
    title: 'a person has the same issuer and subject at every sign-in, and no one else has both',
    async run(host) {
      const { verified, unverified } = host.browser
      const [one, again, other] = [
        await identifyAs(host, verified.login),
        await identifyAs(host, verified.login),
        await identifyAs(host, unverified.login),
      ]
      for (const { issuer, subject } of [one, other])
        for (const each of [issuer, subject]) assert.match(each, /^\S(.*\S)?$/)
      assert.deepEqual(one, again)
      assert.equal(one.issuer, other.issuer)
      assert.notEqual(one.subject, other.subject)
    },
  },
  {
    id: 'identities/verified-email',
    title: 'an email address is one that the provider has verified, or `null`',
    async run(host) {
      const { verified, unverified } = host.browser
      assert.equal((await identifyAs(host, verified.login)).verifiedEmail, verified.email)
      assert.equal((await identifyAs(host, unverified.login)).verifiedEmail, null)
    },
  },
  {
    id: 'identities/names',
    title: 'a name and a username are strings that are not empty, or `null`',
    async run(host) {
      const { name, username } = await identifyAs(host, host.browser.verified.login)
      for (const each of [name, username]) if (each !== null) assert.match(each, /\S/)
    },
  },
  {
    id: 'identities/parallel',
    title: 'of 6 parallel sign-ins each identifies its own person',
    async run(host) {
      const { verified, unverified } = host.browser
      const expected = [await identifyAs(host, verified.login), await identifyAs(host, unverified.login)]
      const found = await race(6, (index) => identifyAs(host, index % 2 ? unverified.login : verified.login))
      for (const [index, identity] of found.entries()) assert.deepEqual(identity, expected[index % 2])
    },
  },
]
