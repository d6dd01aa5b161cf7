import { describe, expect, test } from 'vitest'
import { createKith, generateSigningKey, type KithOptions } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'

const good: KithOptions = {
  secret: 'a secret of the tests, of 32 characters or more',
  storage: createMemoryStorage(),
}

describe('mistakes are told at construction, by the name of the option', () => {
  test.each<[string, unknown]>([
    ['secret', { secret: undefined }],
    ['secret', { secret: 'short' }],
    ['secret', { secret: 'x'.repeat(32) }],
    ['secret', { secret: { current: good.secret as string, previous: ['changeme'.repeat(5)] } }],
    ['issuer', { sessions: { issuer: '' } }],
    [
      'secret',
      { secret: { current: 'a secret of the tests, of 32 characters or more', previous: ['short'] } },
    ],
    ['storage', { storage: undefined }],
    ['storage', { storage: {} }],
    ['refreshTtl', { sessions: { accessTtl: '1d', refreshTtl: '1d' } }],
    ['refreshTtl', { sessions: { accessTtl: 3600, refreshTtl: '30m' } }],
    ['accessTtl', { sessions: { accessTtl: '15 minutes' } }],
    ['accessTtl', { sessions: { accessTtl: 0 } }],
    ['graceSeconds', { sessions: { graceSeconds: -1 } }],
    ['signingKeys', { sessions: { signingKeys: [{ kid: 'a', algorithm: 'ES256', jwk: { kty: 'EC' } }] } }],
    ['signingKeys', { sessions: { signingKeys: [{ kid: 'a', algorithm: 'HS256', jwk: {} }] } }],
    ['identifiers', { accounts: { identifiers: { username: 'off' } } }],
    ['identifiers', { accounts: { identifiers: { username: 'optional', email: 'off' } } }],
    ['memoryKiB', { passwords: { memoryKiB: 1 } }],
    ['minLength', { passwords: { minLength: 1 } }],
    ['loginByAddress', { limits: { loginByAddress: [{ limit: 0, window: '1m' }] } }],
    ['loginByAddress', { limits: { loginByAddress: [{ limit: 1, window: 'soon' }] } }],
    ['refreshTTL', { sessions: { refreshTTL: '1d' } }],
    ['sesions', { sesions: {} }],
  ])('%s', (name, wrong) => {
    expect(() => createKith({ ...good, ...(wrong as object) })).toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(name) as string }),
    )
  })

  test('two signing keys of one kid', async () => {
    const key = await generateSigningKey()
    expect(() => createKith({ ...good, sessions: { signingKeys: [key, key] } })).toThrow(/kid of its own/)
  })
})

test("the caller's options are only read, and no secret can be read from the result", () => {
  const options = Object.freeze({
    ...good,
    sessions: Object.freeze({ accessTtl: '5m' as const }),
    limits: Object.freeze({
      loginByAddress: Object.freeze([
        Object.freeze({ limit: 9, window: '1h' as const }),
        Object.freeze({ limit: 5, window: '1m' as const }),
      ]),
    }),
  })
  const kith = createKith(options)
  expect(kith.config.sessions).toMatchObject({
    accessTtlSeconds: 300,
    refreshTtlSeconds: 2_592_000,
    graceSeconds: 10,
  })
  expect(kith.config.limits.loginByAddress.map((limit) => limit.windowSeconds)).toEqual([60, 3600])
  expect(JSON.stringify(kith.config)).not.toContain('a secret of')
  expect(Object.isFrozen(kith)).toBe(true)
})
