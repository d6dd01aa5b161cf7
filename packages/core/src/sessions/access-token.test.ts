import { createHmac, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto'
import { createRemoteJWKSet, decodeJwt, exportJWK, jwtVerify, SignJWT } from 'jose'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, test } from 'vitest'
import { codeOf } from '../../test/instance.ts'
import { type AccessTokenOptions, createAccessTokens } from './access-token.ts'
import { deriveKey } from './derive-key.ts'
import { createRefreshTokens } from './refresh-token.ts'
import { generateSigningKey } from './signing-keys.ts'

const secret = 'the first secret, of 32 characters or more'
let now = Date.parse('2026-01-01T00:00:00Z')
const viewer = { userId: 'user-1', sessionId: 'session-1' }
const provedAt = new Date(now - 60_000)
const grant = { ...viewer, role: 'member', provedAt, methods: ['pwd', 'otp'], actorId: null }

function tokensWith(overrides: Partial<AccessTokenOptions> = {}) {
  return createAccessTokens({
    secrets: [secret],
    signingKeys: [],
    ttlSeconds: 900,
    issuer: 'kith',
    audience: 'kith',
    clock: () => new Date(now),
    random: (length) => randomBytes(length),
    ...overrides,
  })
}

const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const seconds = () => Math.floor(now / 1000)
const claims = () => ({
  sub: 'user-1',
  sid: 'session-1',
  iss: 'kith',
  aud: 'kith',
  iat: seconds(),
  exp: seconds() + 900,
})

const farOff = new Date('2030-01-01T00:00:00Z')

function hmacToken(header: object, payload: object, key: Uint8Array | KeyObject): string {
  const text = `${encode(header)}.${encode(payload)}`
  return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
}

// asvs: 7.2.2, 9.2.1
test('a token identifies its viewer until it expires', async () => {
  const tokens = tokensWith()
  const { token, expiresIn } = await tokens.issue(grant, farOff)
  expect(await tokens.verify(token)).toMatchObject(viewer)
  now += (expiresIn - 1) * 1000
  expect(await tokens.verify(token)).toMatchObject(viewer)
  now += 1000
  expect(await codeOf(tokens.verify(token))).toBe('access-token-expired')
})

test('lifetimes are shortened by up to 5 %, and vary', async () => {
  const tokens = tokensWith()
  const lifetimes = await Promise.all(
    Array.from({ length: 200 }, async () => (await tokens.issue(grant, farOff)).expiresIn),
  )
  expect(Math.min(...lifetimes)).toBeGreaterThanOrEqual(855)
  expect(Math.max(...lifetimes)).toBeLessThanOrEqual(900)
  expect(new Set(lifetimes).size).toBeGreaterThan(10)
})

test('after a rotation, the old secret still verifies what it signed and signs nothing new', async () => {
  const before = await tokensWith().issue(grant, farOff)
  const rotated = tokensWith({ secrets: ['the second secret, of 32 characters or more', secret] })
  expect(await rotated.verify(before.token)).toMatchObject(viewer)
  const after = await rotated.issue(grant, farOff)
  expect(await codeOf(tokensWith().verify(after.token))).toBe('access-token-invalid')
})

test('a token expires with its session, but lives at least one second', async () => {
  const tokens = tokensWith()
  const lifetime = async (seconds: number): Promise<number> =>
    (await tokens.issue(grant, new Date(now + seconds * 1000))).expiresIn
  expect(await lifetime(60)).toBe(60)
  expect(await lifetime(0.5)).toBe(1)
  expect(await lifetime(-60)).toBe(1)
  expect(await lifetime(86_400)).toBeGreaterThan(800)
})

test('a token names the acting admin and the proofs of its owner, if there are any', async () => {
  const tokens = tokensWith()
  const read = async (changes: Partial<typeof grant> | { actorId: string }) => {
    const { token } = await tokens.issue({ ...grant, ...changes }, farOff)
    return { claims: decodeJwt(token), viewer: await tokens.verify(token) }
  }
  const own = await read({ methods: [] })
  expect(own.claims).not.toHaveProperty('amr')
  expect(own.claims).not.toHaveProperty('act')
  expect(own.viewer).toEqual({
    ...viewer,
    role: 'member',
    provedAt,
    methods: [],
    expiresAt: expect.any(Number) as number,
  })
  const acting = await read({ actorId: 'admin-1' })
  expect(acting.claims).toMatchObject({ act: { sub: 'admin-1' }, amr: ['pwd', 'otp'], roles: ['member'] })
  expect(acting.claims['auth_time']).toBe(provedAt.getTime() / 1000)
  expect(acting.viewer).toMatchObject({ actorId: 'admin-1', methods: ['pwd', 'otp'], provedAt })
})

test('a token from an earlier release has no role and no proof', async () => {
  const { kid, key } = deriveKey(secret, 'access-token')
  const header = { alg: 'HS256', typ: 'at+jwt', kid }
  expect(await tokensWith().verify(hmacToken(header, claims(), key))).toEqual({
    ...viewer,
    expiresAt: claims().exp * 1000,
  })
})

describe('asymmetric keys', () => {
  test.each(['EdDSA', 'ES256'] as const)('%s: every token is accepted by this service', async (algorithm) => {
    const tokens = tokensWith({ signingKeys: [await generateSigningKey(algorithm)] })
    for (let index = 0; index < 16; index++) {
      const { token } = await tokens.issue(grant, farOff)
      expect(await tokens.verify(token)).toMatchObject(viewer)
    }
  })

  test('a new key uses EdDSA unless another algorithm is requested', async () => {
    const key = await generateSigningKey()
    expect(key).toMatchObject({ algorithm: 'EdDSA', jwk: { crv: 'Ed25519' } })
  })

  test.each(['EdDSA', 'ES256'] as const)(
    '%s: another service verifies tokens with the JWKS document over HTTP',
    async (algorithm) => {
      const key = await generateSigningKey(algorithm)
      const tokens = tokensWith({ signingKeys: [key] })
      const jwks = tokens.jwks()
      expect(jwks?.keys[0]).not.toHaveProperty('d')
      const server = createServer((_request, response) =>
        response.setHeader('content-type', 'application/json').end(JSON.stringify(jwks)),
      )
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
      const url = new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      const { token } = await tokens.issue(grant, farOff)
      const { payload, protectedHeader } = await jwtVerify(token, createRemoteJWKSet(url), {
        issuer: 'kith',
        audience: 'kith',
        typ: 'at+jwt',
        currentDate: new Date(now),
      })
      server.close()
      expect(payload).toMatchObject({ sub: 'user-1', sid: 'session-1' })
      expect(protectedHeader).toMatchObject({ alg: algorithm, kid: key.kid })
    },
  )

  test('a retired key with only its public half left still verifies', async () => {
    const old = await generateSigningKey('ES256')
    const { token } = await tokensWith({ signingKeys: [old] }).issue(grant, farOff)
    const { d: _private, ...publicJwk } = old.jwk
    const tokens = tokensWith({
      signingKeys: [await generateSigningKey('EdDSA'), { ...old, jwk: publicJwk }],
    })
    expect(await tokens.verify(token)).toMatchObject(viewer)
    expect(tokens.jwks()?.keys).toHaveLength(2)
  })

  // asvs: 9.1.2
  test('HS256 with the public key as the secret is refused (key confusion)', async () => {
    const key = await generateSigningKey('ES256')
    const tokens = tokensWith({ signingKeys: [key] })
    const published = JSON.stringify(tokens.jwks()?.keys[0])
    const forged = hmacToken({ alg: 'HS256', typ: 'at+jwt', kid: key.kid }, claims(), Buffer.from(published))
    expect(await codeOf(tokens.verify(forged))).toBe('access-token-invalid')
    const symmetric = deriveKey(secret, 'access-token')
    const own = hmacToken({ alg: 'HS256', typ: 'at+jwt', kid: symmetric.kid }, claims(), symmetric.key)
    expect(await codeOf(tokens.verify(own))).toBe('access-token-invalid')
  })
})

test('HS256 has no JWKS document', () => {
  expect(tokensWith().jwks()).toBeNull()
})

// asvs: 7.2.1, 9.1.1, 9.1.2, 9.1.3, 9.2.1, 9.2.2, 9.2.3
test('forged, foreign and malformed tokens are refused', async () => {
  const tokens = tokensWith()
  const { kid, key } = deriveKey(secret, 'access-token')
  const header = { alg: 'HS256', typ: 'at+jwt', kid }
  const { token: good } = await tokens.issue(grant, farOff)
  const [head = '', body = '', signature = ''] = good.split('.')
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const attackerJwk = await exportJWK(privateKey)
  const refresh = await createRefreshTokens({
    secrets: [secret],
    issuer: 'kith',
    audience: 'kith',
    clock: () => new Date(now),
  }).issue({
    id: 'session-1',
    userId: 'user-1',
    epoch: 0,
    generation: 0,
    createdAt: new Date(now),
    rotatedAt: new Date(now),
    expiresAt: new Date(now + 1e9),
    revokedAt: null,
    provedAt: new Date(now),
    methods: ['pwd'],
    actorId: null,
    actorSessionId: null,
    boundKey: null,
    deviceName: null,
    address: null,
    userAgent: null,
  })

  // The control: a token made by hand in the same way, but correct in every part, is accepted.
  expect(await tokens.verify(hmacToken(header, claims(), key))).toMatchObject(viewer)

  const bad: Record<string, string> = {
    empty: '',
    'no token': 'not.a.token',
    'two parts': `${head}.${body}`,
    'cut short': good.slice(0, -1),
    'signature removed': `${head}.${body}.`,
    'alg none': `${encode({ alg: 'none', typ: 'at+jwt', kid })}.${body}.`,
    'alg None': `${encode({ alg: 'None', typ: 'at+jwt', kid })}.${body}.${signature}`,
    'other body': `${head}.${encode({ ...claims(), sub: 'user-2' })}.${signature}`,
    'other key': hmacToken(header, claims(), randomBytes(32)),
    'the raw secret as key': hmacToken(header, claims(), Buffer.from(secret)),
    'no kid': hmacToken({ alg: 'HS256', typ: 'at+jwt' }, claims(), key),
    'unknown kid': hmacToken({ ...header, kid: '../../etc/passwd' }, claims(), key),
    'other alg': hmacToken({ ...header, alg: 'HS512' }, claims(), key),
    'no typ': hmacToken({ alg: 'HS256', kid }, claims(), key),
    'other typ': hmacToken({ ...header, typ: 'JWT' }, claims(), key),
    'a crit header': hmacToken({ ...header, crit: ['exp'] }, claims(), key),
    'other issuer': hmacToken(header, { ...claims(), iss: 'other' }, key),
    'other audience': hmacToken(header, { ...claims(), aud: 'other' }, key),
    'no exp': hmacToken(header, { ...claims(), exp: undefined }, key),
    'exp as text': hmacToken(header, { ...claims(), exp: 'never' }, key),
    'no iat': hmacToken(header, { ...claims(), iat: undefined }, key),
    'no sid': hmacToken(header, { ...claims(), sid: undefined }, key),
    'sid as object': hmacToken(header, { ...claims(), sid: { $gt: '' } }, key),
    'not before tomorrow': hmacToken(header, { ...claims(), nbf: seconds() + 86_400 }, key),
    'its own key in the header': await new SignJWT(claims())
      .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid, jwk: attackerJwk })
      .sign(privateKey),
    'a refresh token': refresh,
    'ten megabytes': `${head}.${'A'.repeat(10_000_000)}.${signature}`,
    'half a character': `${head}.\uD800.${signature}`,
  }
  for (const [name, token] of Object.entries(bad)) {
    const started = performance.now()
    expect(await codeOf(tokens.verify(token)), name).toBe('access-token-invalid')
    expect(performance.now() - started, name).toBeLessThan(10_000)
  }
  expect(await codeOf(tokens.verify(hmacToken(header, { ...claims(), exp: seconds() }, key)))).toBe(
    'access-token-expired',
  )
})
