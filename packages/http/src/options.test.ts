import { expect, test } from 'vitest'
import { createKithRoutes } from './kith-routes.ts'
import { operationIds } from './operation-ids.ts'
import { readHttpOptions } from './options.ts'

test('defaults', () => {
  expect(readHttpOptions({})).toEqual({
    allowedOrigins: new Set(),
    viewer: null,
    wanted: new Set(operationIds),
    cookies: { secure: true, sameSite: 'lax', domain: null },
    bodyLimitBytes: 65_536,
    bodyTimeoutSeconds: 30,
    onRequest: null,
    uploads: { perAccount: 4, minBytesPerSecond: 16_384, graceSeconds: 10 },
  })
})

test.each([
  [{ prefix: '/api/v2' }, /pass it to createKith/],
  [{ cookies: { sameSite: 'none', secure: false } }, /sameSite/],
  [{ cookies: { domain: '.example.com' } }, /without a leading dot/],
  [{ cookies: { domain: 'example.com; Path=/x' } }, /domain/],
  [{ bodyLimitBytes: 0 }, /bodyLimitBytes/],
  [{ bodyTimeoutSeconds: 0 }, /bodyTimeoutSeconds/],
  [{ bodyTimeoutSeconds: 1e9 }, /bodyTimeoutSeconds/],
  [{ uploads: { perAccount: 0 } }, /perAccount/],
  [{ uploads: { minBytesPerSecond: -1 } }, /minBytesPerSecond/],
  [{ uploads: { parallel: 2 } }, /parallel/],
  [{ origins: [] }, /origins/],
  [{ allowedOrigins: 'https://app.example' }, /allowedOrigins/],
])('rejects %j', (options, message) => {
  expect(() => readHttpOptions(options as never)).toThrow(TypeError)
  expect(() => readHttpOptions(options as never)).toThrow(message)
})

test("does not write to the caller's options", () => {
  const options = Object.freeze({
    cookies: Object.freeze({}),
    allowedOrigins: Object.freeze(['https://a.example']),
  })
  expect(readHttpOptions(options).cookies.secure).toBe(true)
})

test.each([undefined, null, {}, { kith: {} }, Promise.resolve({})])(
  'an invalid Kith, %o, throws an error that shows how each framework takes one',
  (given) => {
    expect(() => createKithRoutes(given as never)).toThrow(
      /^Pass the result of createKith: createKithHttp\(kith, options\), kithExpress.*, or app\.register\(kithFastify, \{ kith/,
    )
  },
)

test('rejects missing options like invalid ones', () => {
  expect(() => readHttpOptions(null as never)).toThrow(
    new TypeError('createKithHttp: give an object with options'),
  )
})
