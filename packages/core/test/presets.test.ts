import { generateKeyPairSync } from 'node:crypto'
import type { IdentityProvider } from '@kith/core/ports'
import { apple, github, gitlab, google, microsoft } from '@kith/core/oidc'
import { decodeJwt } from 'jose'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { appUrl } from '../../../test/servers/oidc-clients.ts'
import { codeOf, createInstance, type Instance } from './instance.ts'
import { type AppleDouble, startApple } from './providers/apple-double.ts'
import { type GitHubDouble, type GitHubUser, startGitHub } from './providers/github-double.ts'

function app(providers: Record<string, IdentityProvider>): Instance {
  return createInstance({ publicUrl: appUrl, providers, accounts: { identifiers: { username: 'optional' } } })
}

describe('GitHub', () => {
  const octocat: GitHubUser = {
    id: 583_231,
    login: 'octocat',
    name: 'The Octocat',
    emails: [
      { email: 'old@example.com', primary: false, verified: true, visibility: null },
      { email: 'octocat@example.com', primary: true, verified: true, visibility: 'public' },
    ],
  }
  let double: GitHubDouble
  beforeAll(async () => {
    double = await startGitHub({ id: 'kith', secret: 'secret' })
  })
  afterAll(() => double.stop())
  const make = (clientSecret = 'secret'): Instance =>
    app({ github: github({ clientId: 'kith', clientSecret, fetch: double.fetch }) })

  async function trip(
    { kith }: Instance,
    user: GitHubUser,
  ): Promise<{ answer: URLSearchParams; browser: string }> {
    const { url, browser } = await kith.identities.begin('github', { purpose: 'sign-in' })
    return { answer: double.allow(url, user), browser }
  }

  test('signs in by its id, with the primary email if that is verified', async () => {
    const made = make()
    const first = await made.kith.identities.finish('github', await trip(made, octocat))
    if (first.kind !== 'signed-in') throw new Error(first.kind)
    expect(first.signIn.user).toMatchObject({
      name: 'The Octocat',
      email: 'octocat@example.com',
      emailVerified: true,
    })
    const renamed = { ...octocat, login: 'somebody', emails: [] }
    const second = await made.kith.identities.finish('github', await trip(made, renamed))
    expect(second).toMatchObject({ isNew: false, signIn: { user: { id: first.signIn.user.id } } })
    const heir = { ...octocat, id: 1, emails: [] }
    expect(await made.kith.identities.finish('github', await trip(made, heir))).toMatchObject({
      kind: 'details-needed',
      suggestion: { username: 'octocat', email: null },
    })
  })

  test('ignores an email that is not both', async () => {
    const made = make()
    const emails = [
      { email: 'a@example.com', primary: true, verified: false, visibility: null },
      { email: 'b@example.com', primary: false, verified: true, visibility: null },
    ]
    const finished = await made.kith.identities.finish('github', await trip(made, { ...octocat, emails }))
    expect(finished).toMatchObject({ kind: 'details-needed', suggestion: { email: null } })
  })

  test('checks state and PKCE, and logs refusals', async () => {
    const made = make()
    const [one, two] = [await trip(made, octocat), await trip(made, octocat)]
    two.answer.set('code', one.answer.get('code') ?? '')
    expect(await codeOf(made.kith.identities.finish('github', two))).toBe('identity-refused')
    expect(await codeOf(made.kith.identities.finish('github', one))).toBe('identity-refused')
    const wrong = make('another secret')
    expect(await codeOf(wrong.kith.identities.finish('github', await trip(wrong, octocat)))).toBe(
      'identity-refused',
    )
    expect(JSON.stringify(wrong.logged)).toContain('identity.refused')
    expect(JSON.stringify(wrong.logged)).not.toContain('another secret')
  })
})

describe('Apple', () => {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
  const ids = { teamId: 'TEAM', keyId: 'KEY', clientId: 'com.example.app' }
  let double: AppleDouble
  beforeAll(async () => {
    double = await startApple({ id: 'TEAM', keyId: 'KEY', clientId: ids.clientId, key: publicKey })
  })
  afterAll(() => double.stop())
  const make = (): Instance => app({ apple: apple({ ...ids, privateKey: pem, fetch: double.fetch }) })
  const ada = { sub: '001.a', email: 'ada@privaterelay.appleid.com' }

  async function finish({ kith }: Instance, user: Parameters<AppleDouble['allow']>[1]): Promise<object> {
    const { url, browser } = await kith.identities.begin('apple', { purpose: 'sign-in' })
    return await kith.identities.finish('apple', { answer: double.allow(url, user), browser })
  }

  test('signs in with a posted form, with the name that only the first sign-in contains', async () => {
    const made = make()
    const name = { firstName: 'Ada', lastName: 'Lovelace' }
    expect(await finish(made, { ...ada, name })).toMatchObject({
      isNew: true,
      signIn: { user: { name: 'Ada Lovelace', email: ada.email, emailVerified: true } },
    })
    expect(await finish(made, ada)).toMatchObject({
      isNew: false,
      signIn: { user: { name: 'Ada Lovelace' } },
    })
  })

  test('gets a new secret for each exchange, valid for five minutes', async () => {
    const made = make()
    await finish(made, ada)
    await finish(made, ada)
    const [one = '', two = ''] = double.secrets.slice(-2)
    expect(one).not.toBe(two)
    const { iat = 0, exp = 0 } = decodeJwt(two)
    expect(exp - iat).toBe(300)
  })

  test('rejects another key, and an invalid key at creation', async () => {
    const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey
    const privateKey = other.export({ type: 'pkcs8', format: 'pem' }).toString()
    const made = app({ apple: apple({ ...ids, privateKey, fetch: double.fetch }) })
    expect(await codeOf(finish(made, ada))).toBe('identity-refused')
    const wrongCurve = generateKeyPairSync('ec', { namedCurve: 'P-384' }).privateKey
    for (const wrong of ['', 'no key', wrongCurve.export({ type: 'pkcs8', format: 'pem' }).toString()])
      expect(() => apple({ ...ids, privateKey: wrong })).toThrow('.p8')
  })
})

test('presets have their titles, and declare how browsers return', () => {
  const client = { clientId: 'a', clientSecret: 'b' }
  const titles = [google(client), microsoft(client), gitlab(client), github(client)].map(
    ({ title, answersBy }) => [title, answersBy],
  )
  expect(titles).toEqual(['Google', 'Microsoft', 'GitLab', 'GitHub'].map((title) => [title, 'redirect']))
})
