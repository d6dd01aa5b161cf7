import { decodeProtectedHeader } from 'jose'
import { describe, expect, test } from 'vitest'
import { createAccessTokens } from './access-token.ts'
import { deriveKey, toJwtKey } from './derive-key.ts'
import { createDeviceTokens } from './device-token.ts'
import { createOwnTokens } from './own-tokens.ts'
import { createRefreshTokens } from './refresh-token.ts'

const at = new Date('2026-01-01T00:00:00Z')
const options = {
  secrets: ['the first secret, of 32 characters or more'],
  issuer: 'kith',
  audience: 'kith',
  clock: () => at,
  random: (length: number) => new Uint8Array(length),
}
const account = { id: 'user-1', passwordHash: 'hash' }

/** Tokens that are stored in browsers: no release may sign their owners out. */
const stored = {
  access: [
    'eyJhbGciOiJIUzI1NiIsInR5cCI6ImF0K2p3dCIsImtpZCI6IkNXcEdwQ2xmZWN4MCJ9',
    'eyJzaWQiOiJzZXNzaW9uLTEiLCJhdXRoX3RpbWUiOjE3NjcyMjU2MDAsImFtciI6WyJwd2QiXSwicm9sZXMiOlsibWVtYmVyIl0sInN1YiI6InVzZXItMSIsImlzcyI6ImtpdGgiLCJhdWQiOiJraXRoIiwiaWF0IjoxNzY3MjI1NjAwLCJleHAiOjE3NjcyMjY1MDB9',
    'vxdpfbyTPe3V5C9dKPck88CFExkbhg3ZpnSEGB6DsEo',
  ].join('.'),
  refresh: [
    'eyJhbGciOiJIUzI1NiIsInR5cCI6InJ0K2p3dCIsImtpZCI6IkVaUE1TZ1VWSkdzMCJ9',
    'eyJzaWQiOiJzZXNzaW9uLTEiLCJnZW4iOjMsImF1dGhfdGltZSI6MTc2NzIyNTYwMCwiaXNzIjoia2l0aCIsImF1ZCI6ImtpdGgiLCJpYXQiOjE3NjcyMjU2MDAsImV4cCI6MTc2OTgxNzYwMH0',
    'sKlBx_CxYNR1yMez1rAd3eDHIxJpzacUbMH1YcCQqGE',
  ].join('.'),
  device: [
    'eyJhbGciOiJIUzI1NiIsInR5cCI6ImR0K2p3dCIsImtpZCI6IlRsbzE3elpZd3BibiJ9',
    'eyJkaWQiOiJBQUFBQUFBQUFBQUFBQUFBQUFBQUFBIiwiYWNjIjpbInVzZXItMS5hWmtrejJuWXpTX1IiXSwiaXNzIjoia2l0aCIsImF1ZCI6ImtpdGgiLCJpYXQiOjE3NjcyMjU2MDAsImV4cCI6MTgwMTc4NTYwMH0',
    'mcLCEbZiV-8npvAU4MLNDJJ3PnL4-_31J_caYu2HQqk',
  ].join('.'),
}

describe('tokens from earlier releases', () => {
  test('are still accepted', async () => {
    const access = createAccessTokens({ ...options, signingKeys: [], ttlSeconds: 900 })
    expect(await access.verify(stored.access)).toEqual({
      userId: 'user-1',
      sessionId: 'session-1',
      role: 'member',
      provedAt: at,
      methods: ['pwd'],
      expiresAt: at.getTime() + 900_000,
    })
    expect(await createRefreshTokens(options).verify(stored.refresh)).toEqual({
      sessionId: 'session-1',
      generation: 3,
      openedAt: at,
      isImpersonated: false,
    })
    const devices = createDeviceTokens(options)
    const device = await devices.read(stored.device)
    expect(device && devices.knows(device, account)).toBe(true)
  })

  test('contain their type', () => {
    const types = Object.values(stored).map((token) => decodeProtectedHeader(token).typ)
    expect(types).toEqual(['at+jwt', 'rt+jwt', 'dt+jwt'])
  })
})

test('a device token with missing parts identifies no device', async () => {
  const own = createOwnTokens(options, 'device-token', 'dt+jwt')
  const life = { issuedAt: at, expiresAt: new Date(at.getTime() + 60_000) }
  const devices = createDeviceTokens(options)
  expect(await devices.read(await own.sign({ did: 'd', acc: ['a'] }, life))).toEqual({
    id: 'd',
    accounts: ['a'],
  })
  for (const claims of [{}, { did: 'd' }, { did: 7, acc: [] }, { did: 'd', acc: 'a' }, { acc: [] }])
    expect(await devices.read(await own.sign(claims, life)), JSON.stringify(claims)).toBeNull()
})

test('without keys nothing is signed, and a token without a matching key is refused', async () => {
  const none = { ...options, secrets: [] }
  const access = createAccessTokens({ ...none, signingKeys: [], ttlSeconds: 900 })
  const grant = { userId: 'u', sessionId: 's', role: 'member', provedAt: at, methods: [], actorId: null }
  await expect(access.issue(grant, at)).rejects.toThrow('no key')
  await expect(createDeviceTokens(none).issue(account, null)).rejects.toThrow('no secret')
  const own = createOwnTokens(options, 'refresh-token', 'rt+jwt')
  await expect(own.verify(stored.device, [])).rejects.toThrow('no key')
})

test('the reason for a refused token is kept for the log', async () => {
  const access = createAccessTokens({ ...options, signingKeys: [], ttlSeconds: 900 })
  for (const refused of [access.verify(stored.refresh), createRefreshTokens(options).verify(stored.access)])
    await expect(refused).rejects.toMatchObject({ cause: expect.any(Error) as Error })
})

test('the token key cannot be exported by mistake', () => {
  const derived = deriveKey(options.secrets[0] ?? '', 'access-token')
  expect(toJwtKey(derived).extractable).toBe(false)
})
