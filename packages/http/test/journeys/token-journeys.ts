import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { openBrowser, registerBearer, registerInBrowser, withBearer } from './clients.ts'
import type { Journey } from './journey.ts'
import { journeySecret } from './journey-app.ts'

type Parts = [header: Record<string, unknown>, payload: Record<string, unknown>, signature: string]

function open(token: string): Parts {
  const [header = '', payload = '', signature = ''] = token.split('.')
  return [decode(header), decode(payload), signature]
}

function decode(part: string): Record<string, unknown> {
  return JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>
}

function encode(part: object): string {
  return Buffer.from(JSON.stringify(part)).toString('base64url')
}

function sign(header: object, payload: object, key: string): string {
  const text = `${encode(header)}.${encode(payload)}`
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
}

/** The same token with one of the unused bits in its last letter set; a signature of 32 bytes ends in such a letter. */
function withSpareBit(token: string): string {
  const next = String.fromCharCode((token.at(-1) ?? '').charCodeAt(0) + 1)
  return token.slice(0, -1) + next
}

/** Forged and foreign tokens. */
export const tokenJourneys: readonly Journey[] = [
  {
    // asvs: 7.2.1, 9.1.1
    id: 'token/forged',
    title: 'A changed, unsigned or foreign access token is refused, in a header and in a cookie',
    async run(app) {
      const { tokens, user } = await registerBearer(app)
      const [header, payload, signature] = open(tokens.accessToken)
      const forged = [
        `${encode({ ...header, alg: 'none' })}.${encode(payload)}.`,
        `${encode({ ...header, alg: 'none' })}.${encode(payload)}.${signature}`,
        `${encode(header)}.${encode({ ...payload, sub: '01900000-0000-7000-8000-000000000000' })}.${signature}`,
        `${encode({ ...header, typ: 'JWT' })}.${encode(payload)}.${signature}`,
        sign(header, payload, journeySecret),
        sign({ alg: 'HS256', typ: 'at+jwt' }, { sub: user.id, sid: payload['sid'], exp: 9_999_999_999 }, ''),
        sign({ ...header, kid: '../../dev/null' }, payload, ''),
        tokens.accessToken.slice(0, -2),
        // The same bytes in another spelling.
        `${tokens.accessToken}=`,
        withSpareBit(tokens.accessToken),
        `${tokens.accessToken}.${signature}`,
        tokens.refreshToken,
      ]
      for (const token of forged) {
        ;(await withBearer(app, token).request('/users/me')).problem('access-token-invalid')
        const cookie = `__Host-kith-access=${token}`
        ;(await app.request('/users/me', { headers: { cookie } })).problem('access-token-invalid')
      }
    },
  },
  {
    // asvs: 9.1.2
    id: 'token/key-confusion',
    title: 'The public key of a key pair cannot be used as a shared secret',
    setup: { asymmetric: true },
    async run(app) {
      const { tokens } = await registerBearer(app)
      const { keys } = (await app.request('/.well-known/jwks.json')).json() as { keys: { x: string }[] }
      const [header, payload] = open(tokens.accessToken)
      assert.equal(header['alg'], 'EdDSA')
      assert.ok(keys.every((key) => !('d' in key)))
      const keyTexts = [
        JSON.stringify(keys[0]),
        keys[0]?.x ?? '',
        Buffer.from(keys[0]?.x ?? '', 'base64url').toString('latin1'),
      ]
      for (const key of keyTexts) {
        const token = sign({ ...header, alg: 'HS256' }, payload, key)
        ;(await withBearer(app, token).request('/users/me')).problem('access-token-invalid')
      }
      ;(await withBearer(app, tokens.accessToken).request('/users/me')).user()
    },
  },
  {
    // asvs: 9.2.1
    id: 'token/expiry',
    title: 'An access token expires on time',
    async run(app) {
      const client = await registerBearer(app)
      app.advance(client.tokens.expiresIn - 1)
      ;(await client.request('/users/me')).user()
      app.advance(1)
      const answer = await client.request('/users/me')
      answer.problem('access-token-expired')
      assert.equal(answer.headers.get('www-authenticate'), 'Bearer error="invalid_token"')
    },
  },
  {
    // asvs: 9.2.2
    id: 'token/wrong-kind',
    title: 'An access token cannot refresh, and does not harm its session',
    async run(app) {
      const client = await registerBearer(app)
      const json = { refreshToken: client.tokens.accessToken }
      ;(await app.post('/users/refresh', json)).problem('refresh-token-invalid')
      ;(await app.post('/users/logout', json)).done()
      ;(await client.request('/users/me')).user()
    },
  },
  {
    id: 'token/unreadable-header',
    title: 'An unreadable header is refused and never falls back to cookies',
    host: 'the host passes on the headers',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      for (const authorization of [
        'Bearer',
        'Bearer ',
        'bearer x y',
        'Bearer a, Bearer b',
        `Bearer ${'x'.repeat(9000)}`,
      ]) {
        const answer = await browser.request('/users/me', { headers: { authorization } })
        answer.problem('access-token-invalid')
      }
      // The scheme of another service in front of the app, not ours.
      ;(await browser.request('/users/me', { headers: { authorization: 'Basic YTpi' } })).user()
    },
  },
  {
    id: 'token/cookie-names',
    title: 'A cookie without the prefix, or hidden among a thousand, changes nothing',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const mallory = await registerBearer(app, 'mallory')
      const own = browser.jar.get('__Host-kith-access') ?? ''
      const leftovers = ['kith-access', '__Secure-kith-access', '__host-kith-access', ' __Host-kith-accessx']
      const foreign = leftovers.map((name) => `${name}=${mallory.tokens.accessToken}`).join('; ')
      const cookie = `${foreign}; __Host-kith-access=${own}; ${foreign}`
      assert.equal((await app.request('/users/me', { headers: { cookie } })).user().username, 'anna')
      ;(await app.request('/users/me', { headers: { cookie: foreign } })).problem('unauthenticated')
      const crowd = Array.from({ length: 1000 }, (_, index) => `c${index}=${index}`).join('; ')
      const crowded = await app.request('/users/me', {
        headers: { cookie: `${crowd}; __Host-kith-access=${own}` },
      })
      assert.equal(crowded.user().username, 'anna')
      for (const broken of ['=', ';;;', '__Host-kith-access', '__Host-kith-access=', '\u00ff=\u00ff'])
        (await app.request('/users/me', { headers: { cookie: broken } })).problem('unauthenticated')
    },
  },
  {
    id: 'token/bearer-first',
    title: 'Only the bearer token counts if cookies of another account are sent as well',
    async run(app) {
      const { browser } = await registerInBrowser(app)
      const berta = await registerBearer(app, 'berta')
      const headers = { authorization: `Bearer ${berta.tokens.accessToken}` }
      assert.equal((await browser.request('/users/me', { headers })).user().username, 'berta')
      const evil = { ...headers, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' }
      const cookie = browser.jar.header()
      const edit = { method: 'PATCH', json: { name: 'B' }, headers: { ...evil, cookie } }
      assert.equal((await app.request('/users/me', edit)).user().username, 'berta')
      ;(await openBrowser(app).request('/users/me', { headers: { authorization: 'Bearer x' } })).problem(
        'access-token-invalid',
      )
    },
  },
]
