import { describe, expect, test } from 'vitest'
import { createKith, generateSigningKey, type KithOptions } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { cheapHashing } from '../test/instance.ts'

const good: KithOptions = {
  secret: 'a secret of the tests, of 32 characters or more',
  storage: createMemoryStorage(),
}

describe('mistakes are reported at construction, by the name of the option', () => {
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
    ['prefix', { prefix: 'api' }],
    ['prefix', { prefix: '/api/' }],
    ['prefix', { prefix: '/:version' }],
    ['publicUrl', { publicUrl: 'https://api.example/' }],
    ['publicUrl', { publicUrl: 'api.example' }],
    ['usernameHold', { accounts: { usernameHold: 'soon' } }],
    ['maxLifetime', { sessions: { maxLifetime: '15m' } }],
    ['captions.timeout', { captions: { writer: {}, timeout: 'soon' } }],
    ['forbiddenWords', { passwords: { forbiddenWords: [''] } }],
    ['breached', { passwords: { breached: 'everything' } }],
    ['blobs', { media: {} }],
    ['clock', { clock: new Date() }],
    ['logger', { logger: {} }],
  ])('%s', (name, wrong) => {
    expect(() => createKith({ ...good, ...(wrong as object) })).toThrow(
      expect.objectContaining({ name: 'TypeError', message: expect.stringContaining(name) as string }),
    )
  })

  test('two signing keys with the same kid', async () => {
    const key = await generateSigningKey()
    expect(() => createKith({ ...good, sessions: { signingKeys: [key, key] } })).toThrow(/its own kid/)
  })
})

test("the caller's options are never written, and no secret can be read from the result", () => {
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

test('a message says what is wrong with each option, and contains no secret', () => {
  const secret = 'hunter2 hunter2'
  const wrong = { ...good, secret, sessions: { accessTtl: '15 minutes' }, passwords: { minLength: 1 } }
  const message = messageOf(() => createKith(wrong as unknown as KithOptions))
  expect(message.split('\n').sort()).toEqual([
    'createKith:',
    'passwords.minLength: give at least 4',
    'secret: give at least 32 random characters; take one from `openssl rand -base64 32` for instance',
    "sessions.accessTtl: give whole seconds or a string like '15m', '12h' or '30d'",
  ])
})

test.each<[string, unknown, string]>([
  ['no options', undefined, 'createKith: give an object with options'],
  [
    'an empty storage',
    { ...good, storage: {} },
    "createKith: storage: give a storage, such as createSqliteStorage({ path: 'app.db' })",
  ],
  [
    'media without blobs',
    { ...good, media: {} },
    'createKith: media.blobs: give a store of blobs, such as createLocalBlobs()',
  ],
  [
    'an unknown option',
    { ...good, sessions: { ttl: 1 } },
    'createKith: sessions.ttl: no option has this name',
  ],
  [
    'a string for a boolean',
    { ...good, posts: { textOnly: 'yes' } },
    'createKith: posts.textOnly: give `true` or `false`',
  ],
  [
    'an unknown value',
    { ...good, accounts: { identifiers: { email: 'yes' } } },
    'createKith: accounts.identifiers.email: give "required" or "optional" or "off"',
  ],
  [
    'not an array',
    { ...good, limits: { postByAccount: 5 } },
    'createKith: limits.postByAccount: give an array',
  ],
])('%s: one sentence says which value to give', (_name, options, message) => {
  expect(messageOf(() => createKith(options as KithOptions))).toBe(message)
})

test('every default is set in the config, and media has no blobs', () => {
  const { config } = createKith(good)
  expect(config).toMatchObject({
    prefix: '/api/v1',
    publicUrl: '',
    accounts: {
      identifiers: { username: 'required', email: 'optional', phone: 'optional' },
      usernameHoldSeconds: 2_592_000,
      revealTaken: false,
    },
    passwords: { minLength: 8, memoryKiB: 19_456, iterations: 2, parallelism: 1, queueLimit: 100 },
    sessions: { accessTtlSeconds: 900, maxLifetimeSeconds: 7_776_000, maxPerAccount: 100 },
    media: { blobs: null, images: null, maxImageBytes: 20_971_520, url: '/api/v1/media' },
    captions: { writer: null, timeoutSeconds: 10 },
    posts: { textOnly: false },
  })
  expect(config.passwords.forbiddenWords).toEqual(['kith'])
  expect(config.accounts.reservedUsernames.has('admin')).toBe(true)
})

test('0 turns off the hold on names, and an empty array a limit', () => {
  const { config } = createKith({
    ...good,
    accounts: { usernameHold: 0 },
    limits: { changeByAccount: [] },
  })
  expect(config.accounts.usernameHoldSeconds).toBe(0)
  expect(config.limits.changeByAccount).toEqual([])
})

test.each([
  [{}, '/api/v1/media'],
  [{ prefix: '' }, '/media'],
  [{ prefix: '/social/v2' }, '/social/v2/media'],
  [{ publicUrl: 'https://api.example/shop', prefix: '/v2' }, 'https://api.example/shop/v2/media'],
])('with %j the pictures of Kith are served under %s', async (options, url) => {
  const kith = createKith({ ...good, ...options, storage: createMemoryStorage(), passwords: cheapHashing })
  const { user } = await kith.accounts.register({ username: 'anna', password: 'correct horse' })
  expect(user.avatar.url).toBe(`${url}/avatars/${user.id}.png`)
})

function messageOf(call: () => unknown): string {
  try {
    call()
  } catch (error) {
    return (error as Error).message
  }
  throw new Error('it did not throw')
}
