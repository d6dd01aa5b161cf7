import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { oidc, type OidcOptions } from '@kith/core/oidc'
import { decodeJwt, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose'
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest'
import { appUrl } from '../../../test/servers/oidc-clients.ts'
import { logInAt, type OidcServer, startOidcServer } from '../../../test/servers/oidc-server.ts'
import { codeOf, createInstance, type Instance } from './instance.ts'

let server: OidcServer
beforeAll(async () => {
  server = await startOidcServer()
}, 120_000)
afterAll(() => server.stop())

/** Changes a response of the provider: receives the parsed JSON of this path. */
type Change = (body: Record<string, unknown>) => unknown

/** An app whose provider responses are changed on their way. */
function between(
  changes: Record<string, Change>,
  options: Partial<OidcOptions> = {},
): Instance & { asked: string[] } {
  const asked: string[] = []
  const altered: typeof fetch = async (input, init) => {
    const { pathname } = new URL(String(input as string))
    asked.push(pathname)
    const response = await fetch(input, init)
    const change = changes[pathname]
    if (!change) return response
    return Response.json(await change((await response.json()) as Record<string, unknown>))
  }
  const acme = oidc({
    issuer: server.issuer,
    clientId: 'kith',
    clientSecret: 'a secret of the client',
    verifiesEmails: true,
    fetch: altered,
    ...options,
  })
  const made = createInstance({
    publicUrl: appUrl,
    providers: { acme },
    accounts: { identifiers: { username: 'optional' } },
    limits: { loginByAddress: [], codeByAddress: [] },
  })
  return { ...made, asked }
}

async function signIn({ kith }: Instance): Promise<string> {
  return await codeOf(
    (async () => {
      const { url, browser } = await kith.identities.begin('acme', { purpose: 'sign-in' })
      const { answer } = await logInAt(url, 'ada')
      await kith.identities.finish('acme', { answer, browser })
    })(),
  )
}

/** Signs the ID token again after changing its claims, with a key that is added to the provider's key set. */
async function forged(claims: (of: JWTPayload) => JWTPayload): Promise<Record<string, Change>> {
  const { publicKey, privateKey } = await generateKeyPair('RS256')
  return {
    '/jwks': async () => ({
      keys: [{ ...(await exportJWK(publicKey)), kid: 'forged', alg: 'RS256', use: 'sig' }],
    }),
    '/token': async (body) => ({
      ...body,
      id_token: await new SignJWT(claims(decodeJwt(String(body['id_token']))))
        .setProtectedHeader({ alg: 'RS256', kid: 'forged' })
        .sign(privateKey),
    }),
  }
}

describe('an ID token', () => {
  test('is accepted if everything is correct, even with another key', async () => {
    expect(await signIn(between(await forged((claims) => claims)))).toBe('no error')
  })

  const hour = 3_600
  test.each<[string, (claims: JWTPayload) => JWTPayload]>([
    ['another nonce', (claims) => ({ ...claims, nonce: 'another' })],
    ['no nonce', ({ nonce: _nonce, ...claims }) => claims],
    ['another audience', (claims) => ({ ...claims, aud: 'another' })],
    ['another issuer', (claims) => ({ ...claims, iss: 'https://evil.example' })],
    ['an expiration in the past', (claims) => ({ ...claims, exp: Number(claims.iat) - hour })],
    ['no expiration', ({ exp: _exp, ...claims }) => claims],
    ['no subject', ({ sub: _sub, ...claims }) => claims],
    ['an empty subject', (claims) => ({ ...claims, sub: '' })],
    ['a very long subject', (claims) => ({ ...claims, sub: 'a'.repeat(501) })],
  ])('with %s is refused', async (_what, claims) => {
    const made = between(await forged(claims))
    expect(await signIn(made)).toBe('identity-refused')
    expect(JSON.stringify(made.logged)).toContain('identity.refused')
  })

  // asvs: 6.8.2
  test.each<[string, (token: string) => string]>([
    ['whose claims were changed', (token) => withClaims(token, { sub: 'eve', email: 'eve@example.com' })],
    ['that is not signed', (token) => `${encode({ alg: 'none' })}.${token.split('.')[1] ?? ''}.`],
    ['with half of its signature', (token) => token.slice(0, -100)],
  ])('a token %s is refused', async (_what, change) => {
    const made = between({ '/token': (body) => ({ ...body, id_token: change(String(body['id_token'])) }) })
    expect(await signIn(made)).toBe('identity-refused')
  })

  test('that is missing is refused', async () => {
    expect(await signIn(between({ '/token': ({ id_token: _token, ...body }) => body }))).toBe(
      'identity-refused',
    )
  })

  test('must have the same subject as userinfo, or nobody is signed in', async () => {
    expect(await signIn(between({ '/me': (body) => ({ ...body, sub: 'eve' }) }))).toBe('identity-refused')
  })
})

// asvs: 7.1.3, 7.6.1
test("a session from a provider lives and ends by Kith's rules, without calls to the provider", async () => {
  const { kith, asked, advance } = between({})
  const { url, browser } = await kith.identities.begin('acme', { purpose: 'sign-in' })
  const { answer } = await logInAt(url, 'ada')
  const finished = await kith.identities.finish('acme', { answer, browser })
  if (finished.kind !== 'signed-in') throw new Error(finished.kind)
  asked.length = 0
  let { refreshToken } = finished.signIn.tokens
  for (const days of [29, 29, 29]) {
    advance(days * 86_400)
    ;({ refreshToken } = (await kith.sessions.refresh(refreshToken)).tokens)
  }
  advance(3 * 86_400)
  expect(await codeOf(kith.sessions.refresh(refreshToken))).toBe('refresh-token-expired')
  expect(asked).toEqual([])
})

describe('with maxAge', () => {
  const options = { maxAge: '5m' } as const
  const secondsAgo = (seconds: number): number => Math.floor(Date.now() / 1000) - seconds

  test('the provider is asked for a recent sign-in', async () => {
    const made = between({}, options)
    const { url } = await made.kith.identities.begin('acme', { purpose: 'sign-in' })
    expect(new URL(url).searchParams.get('max_age')).toBe('300')
    expect(await signIn(made)).toBe('no error')
  })

  // asvs: 6.8.4
  test('an older or unknown sign-in time at the provider is refused', async () => {
    const at = async (auth_time: unknown): Promise<string> =>
      await signIn(between(await forged((claims) => ({ ...claims, auth_time })), options))
    expect(await at(secondsAgo(200))).toBe('no error')
    for (const when of [secondsAgo(400), undefined, String(secondsAgo(200)), -1])
      expect(await at(when)).toBe('identity-refused')
  })

  test('it must be a duration', () => {
    const { issuer } = server
    expect(() => oidc({ issuer, clientId: 'kith', maxAge: 0 })).toThrow(/^oidc: maxAge: give whole seconds/)
  })
})

describe('a response of a provider', () => {
  const metadata = '/.well-known/openid-configuration'

  test('from another issuer is refused', async () => {
    expect(
      await signIn(between({ [metadata]: (body) => ({ ...body, issuer: 'https://evil.example' }) })),
    ).toBe('identity-refused')
  })

  test('is read up to a maximum size', async () => {
    const large = between({ [metadata]: (body) => ({ ...body, more: 'x'.repeat(300_000) }) })
    expect(await signIn(large)).toBe('provider-unavailable')
  })

  test('that redirects is an error, and the redirect is not followed', async () => {
    const asked: string[] = []
    const moved = createServer(({ url = '' }, response) => {
      asked.push(url)
      response.writeHead(302, { location: `/moved${metadata}` }).end()
    }).listen(0, '127.0.0.1')
    await once(moved, 'listening')
    const issuer = `http://127.0.0.1:${(moved.address() as AddressInfo).port}`
    const { kith } = createInstance({
      publicUrl: appUrl,
      providers: { acme: oidc({ issuer, clientId: 'kith' }) },
    })
    expect(await codeOf(kith.identities.begin('acme', { purpose: 'sign-in' }))).toBe('provider-unavailable')
    expect(asked).toEqual([metadata])
    moved.close()
  })

  test('without encryption is accepted only from this machine', async () => {
    const acme = oidc({ issuer: 'http://id.example', clientId: 'kith' })
    const { kith } = createInstance({ publicUrl: appUrl, providers: { acme } })
    expect(await codeOf(kith.identities.begin('acme', { purpose: 'sign-in' }))).toBe('identity-refused')
  })
})

describe('metadata', () => {
  afterEach(() => void vi.useRealTimers())
  const metadata = '/.well-known/openid-configuration'

  test('is fetched once per hour for all users, and kept if the provider is down', async () => {
    let isDown = false
    const { kith, asked } = between({
      [metadata]: (body) => {
        if (isDown) throw new Error('down')
        return body
      },
    })
    const begin = (): Promise<string> => codeOf(kith.identities.begin('acme', { purpose: 'sign-in' }))
    vi.useFakeTimers({ toFake: ['Date'] })
    await Promise.all(Array.from({ length: 10 }, begin))
    expect(asked).toEqual([metadata])
    vi.setSystemTime(Date.now() + 3_599_000)
    await begin()
    expect(asked).toHaveLength(1)
    isDown = true
    vi.setSystemTime(Date.now() + 2_000)
    expect(await begin()).toBe('no error')
    expect(asked).toHaveLength(2)
    await begin()
    expect(asked).toHaveLength(2)
    isDown = false
    vi.setSystemTime(Date.now() + 61_000)
    await begin()
    expect(asked).toHaveLength(3)
  })
})

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function withClaims(token: string, claims: object): string {
  const [head = '', , signature = ''] = token.split('.')
  return `${head}.${encode({ ...decodeJwt(token), ...claims })}.${signature}`
}
