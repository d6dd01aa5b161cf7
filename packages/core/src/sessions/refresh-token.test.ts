import { createHmac, randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { codeOf } from '../../test/instance.ts'
import { createAccessTokens } from './access-token.ts'
import { deriveKey } from './derive-key.ts'
import type { Clock } from '../id.ts'
import { createRefreshTokens } from './refresh-token.ts'

const secret = 'the first secret, of 32 characters or more'
const start = new Date('2026-01-01T00:00:00Z')
const session = {
  id: 'session-1',
  userId: 'user-1',
  epoch: 0,
  generation: 3,
  createdAt: start,
  rotatedAt: new Date('2026-01-01T00:00:00.789Z'),
  expiresAt: new Date('2026-01-31T00:00:00Z'),
  revokedAt: null,
  provedAt: start,
  methods: ['pwd'],
  actorId: null,
  actorSessionId: null,
  boundKey: null,
  deviceName: 'phone',
  address: '203.0.113.7',
  userAgent: null,
}

function refreshTokens(secrets: readonly string[], clock: Clock, issuer = 'kith') {
  return createRefreshTokens({ secrets, issuer, audience: 'kith', clock })
}

test('a row gives exactly one token, which contains only the session, the generation and its age', async () => {
  const tokens = refreshTokens([secret], () => start)
  const token = await tokens.issue(session)
  expect(await refreshTokens([secret], () => new Date(start.getTime() + 5_000)).issue(session)).toBe(token)
  expect(await tokens.verify(token)).toEqual({
    sessionId: 'session-1',
    generation: 3,
    openedAt: start,
    isImpersonated: false,
  })
  const acting = await tokens.issue({ ...session, actorId: 'admin-1' })
  expect(await tokens.verify(acting)).toMatchObject({ isImpersonated: true })
  const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString())
  expect(Object.keys(payload as object).sort()).toEqual([
    'aud',
    'auth_time',
    'exp',
    'gen',
    'iat',
    'iss',
    'sid',
  ])
})

test('a token says whether an admin is acting, even after it expires, but only if Kith signed it', async () => {
  const tokens = refreshTokens([secret], () => start)
  const late = refreshTokens([secret], () => session.expiresAt)
  const acting = await tokens.issue({ ...session, actorId: 'admin-1' })
  for (const reader of [tokens, late]) {
    expect(await reader.isImpersonated(acting)).toBe(true)
    expect(await reader.isImpersonated(await tokens.issue(session))).toBe(false)
  }
  const foreign = refreshTokens(['the second secret, of 32 characters or more'], () => start)
  for (const token of [await foreign.issue({ ...session, actorId: 'admin-1' }), 'junk', ''])
    expect(await tokens.isImpersonated(token)).toBe(false)
})

test('a refresh token expires with its session', async () => {
  const token = await refreshTokens([secret], () => start).issue(session)
  const late = refreshTokens([secret], () => session.expiresAt)
  expect(await codeOf(late.verify(token))).toBe('refresh-token-expired')
})

test('after a rotation, the old secret still verifies what it signed and signs nothing new', async () => {
  const before = await refreshTokens([secret], () => start).issue(session)
  const rotated = refreshTokens(['the second secret, of 32 characters or more', secret], () => start)
  expect(await rotated.verify(before)).toMatchObject({ generation: 3 })
  expect(await codeOf(refreshTokens([secret], () => start).verify(await rotated.issue(session)))).toBe(
    'refresh-token-invalid',
  )
})

// asvs: 9.1.1, 9.2.2
test('an access token, a raised generation, alg none and long strings are refused', async () => {
  const tokens = refreshTokens([secret], () => start)
  const access = createAccessTokens({
    secrets: [secret],
    signingKeys: [],
    ttlSeconds: 900,
    issuer: 'kith',
    audience: 'kith',
    clock: () => start,
    random: (length) => randomBytes(length),
  })
  const { kid, key } = deriveKey(secret, 'refresh-token')
  const encode = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const sign = (header: object, payload: object) => {
    const text = `${encode(header)}.${encode(payload)}`
    return `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`
  }
  const header = { alg: 'HS256', typ: 'rt+jwt', kid }
  const seconds = start.getTime() / 1000
  const issued = { iss: 'kith', aud: 'kith', auth_time: seconds }
  const payload = { sid: 'session-1', gen: 3, exp: seconds + 60, ...issued }
  expect(await tokens.verify(sign(header, payload))).toMatchObject({ generation: 3 })

  const [head = '', , signature = ''] = (await tokens.issue(session)).split('.')
  const bad = [
    (
      await access.issue(
        {
          userId: 'user-1',
          sessionId: 'session-1',
          role: 'member',
          provedAt: start,
          methods: [],
          actorId: null,
        },
        session.expiresAt,
      )
    ).token,
    `${head}.${encode({ ...payload, gen: 4 })}.${signature}`,
    `${encode({ ...header, alg: 'none' })}.${encode(payload)}.`,
    sign({ ...header, typ: 'at+jwt' }, payload),
    sign(header, { ...payload, gen: '3' }),
    sign(header, { ...payload, gen: -1 }),
    sign(header, { ...payload, gen: 2.5 }),
    sign(header, { ...payload, gen: 2 ** 60 }),
    sign(header, { ...payload, iss: 'another' }),
    sign(header, { ...payload, iss: undefined }),
    sign(header, { ...payload, aud: 'another' }),
    sign(header, { ...payload, auth_time: undefined }),
    await refreshTokens([secret], () => start, 'another').issue(session),
    sign(header, { ...payload, sid: ['session-1'] }),
    sign(header, { ...payload, exp: undefined }),
    'x'.repeat(1_000_000),
    '',
  ]
  for (const token of bad) expect(await codeOf(tokens.verify(token))).toBe('refresh-token-invalid')
})
