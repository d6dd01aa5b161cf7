import { createHash } from 'node:crypto'
import { expect, test } from 'vitest'
import { verifyCloudinaryWebhook } from './index.ts'

const apiSecret = 'a secret of the tests'
const now = new Date('2026-06-01T12:00:00Z')
const seconds = Math.floor(now.getTime() / 1000)
const body = '{"notification_type":"upload","public_id":"größe"}'

function sign(algorithm: 'sha1' | 'sha256', timestamp = seconds, secret = apiSecret): Record<string, string> {
  const signature = createHash(algorithm).update(`${body}${timestamp}${secret}`).digest('hex')
  return { 'x-cld-signature': signature, 'x-cld-timestamp': String(timestamp) }
}

test.each(['sha1', 'sha256'] as const)('a notification signed with %s is genuine', (algorithm) => {
  const headers = sign(algorithm)
  expect(verifyCloudinaryWebhook(body, headers, { apiSecret, now })).toBe(true)
  expect(verifyCloudinaryWebhook(Buffer.from(body), headers, { apiSecret, now })).toBe(true)
  expect(verifyCloudinaryWebhook(body, new Headers(headers), { apiSecret, now })).toBe(true)
  const upper = Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toUpperCase(), value]),
  )
  expect(verifyCloudinaryWebhook(body, upper, { apiSecret, now })).toBe(true)
})

test('the example of the documentation is genuine', () => {
  // https://cloudinary.com/documentation/notification_signatures: body, then timestamp, then secret, in one SHA.
  const headers = { 'X-Cld-Timestamp': '1368881627', 'X-Cld-Signature': '' }
  headers['X-Cld-Signature'] = createHash('sha1').update('{"a":1}1368881627abcd').digest('hex')
  const check = { apiSecret: 'abcd', now: new Date(1368881627_000) }
  expect(verifyCloudinaryWebhook('{"a":1}', headers, check)).toBe(true)
})

test('another body, secret, time or signature is not genuine', () => {
  const headers = sign('sha256')
  const check = { apiSecret, now }
  expect(verifyCloudinaryWebhook(`${body} `, headers, check)).toBe(false)
  expect(verifyCloudinaryWebhook(body, headers, { ...check, apiSecret: 'another' })).toBe(false)
  expect(verifyCloudinaryWebhook(body, { ...headers, 'x-cld-timestamp': String(seconds + 1) }, check)).toBe(
    false,
  )
  const { 'x-cld-signature': signature = '' } = headers
  for (let index = 0; index < signature.length; index++) {
    const other = signature[index] === '0' ? '1' : '0'
    const changed = signature.slice(0, index) + other + signature.slice(index + 1)
    expect(verifyCloudinaryWebhook(body, { ...headers, 'x-cld-signature': changed }, check), changed).toBe(
      false,
    )
  }
})

test('a notification is not genuine if it is older than two hours, or than the app allows, or from the future', () => {
  const at = (age: number, maxAgeSeconds?: number): boolean =>
    verifyCloudinaryWebhook(body, sign('sha1', seconds - age), { apiSecret, now, maxAgeSeconds })
  expect([at(0), at(7_200), at(7_201)]).toEqual([true, true, false])
  expect([at(60, 60), at(61, 60)]).toEqual([true, false])
  expect([at(-299), at(-301)]).toEqual([true, false])
})

test.each([
  {},
  { 'x-cld-signature': 'abc', 'x-cld-timestamp': '1' },
  { 'x-cld-signature': '', 'x-cld-timestamp': '' },
  { 'x-cld-timestamp': String(seconds) },
  { 'x-cld-signature': sign('sha1')['x-cld-signature'] },
  { ...sign('sha1'), 'x-cld-timestamp': 'NaN' },
  { ...sign('sha1'), 'x-cld-timestamp': '-1' },
  { ...sign('sha1'), 'x-cld-timestamp': '1e9' },
  { ...sign('sha1'), 'x-cld-timestamp': undefined },
  { ...sign('sha1'), 'x-cld-signature': [sign('sha1')['x-cld-signature'] ?? '', 'x'] },
  { ...sign('sha1'), 'x-cld-signature': 'ü'.repeat(40) },
  { ...sign('sha256'), 'x-cld-signature': 'g'.repeat(64) },
])('a malformed one is not genuine, and nothing throws: %j', (headers) => {
  expect(verifyCloudinaryWebhook(body, headers, { apiSecret, now })).toBe(false)
  expect(verifyCloudinaryWebhook('', headers, { apiSecret, now })).toBe(false)
})
