import { randomBytes } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { expect, test } from 'vitest'
import { signatureHeaders, verifySignature } from './signature.ts'

const secret = `whsec_${randomBytes(32).toString('base64')}`
const now = new Date('2026-11-29T16:41:24.500Z')
const body = '{"text":"Grüße ✉"}'
const headers = signatureHeaders(secret, { id: 'm1', body, now })

test('accepts a signed request', () => {
  expect(verifySignature({ headers, body }, { secret, now })).toBe(true)
  expect(verifySignature({ headers: new Headers(headers), body: Buffer.from(body) }, { secret, now })).toBe(
    true,
  )
})

test('the reference library of Standard Webhooks accepts it as well, and its signatures are accepted here', () => {
  const reference = new Webhook(secret)
  const fresh = signatureHeaders(secret, { id: 'm1', body, now: new Date() })
  expect(reference.verify(body, fresh)).toEqual({ text: 'Grüße ✉' })
  const at = new Date()
  const signed = {
    'webhook-id': 'm2',
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': reference.sign('m2', at, body),
  }
  expect(verifySignature({ headers: signed, body }, { secret, now: at })).toBe(true)
})

test.each<[string, Record<string, string | undefined>, string]>([
  ['another body', {}, '{"text":"Grüße!"}'],
  ['another id', { 'webhook-id': 'm2' }, body],
  ['another time', { 'webhook-timestamp': String(Number(headers['webhook-timestamp']) + 1) }, body],
  ['no signature', { 'webhook-signature': undefined }, body],
  ['an empty signature', { 'webhook-signature': 'v1,' }, body],
  [
    'a signature of another version',
    { 'webhook-signature': headers['webhook-signature']?.replace('v1,', 'v2,') },
    body,
  ],
  ['no time', { 'webhook-timestamp': undefined }, body],
  ['an invalid time', { 'webhook-timestamp': 'NaN' }, body],
  ['no id', { 'webhook-id': undefined }, body],
])('%s is refused', (_name, changed, received) => {
  expect(verifySignature({ headers: { ...headers, ...changed }, body: received }, { secret, now })).toBe(
    false,
  )
})

test('a request that is more than five minutes in the past or future is refused', () => {
  const after = (seconds: number): boolean =>
    verifySignature({ headers, body }, { secret, now: new Date(now.getTime() + seconds * 1000) })
  expect([after(299), after(301), after(-299), after(-301)]).toEqual([true, false, true, false])
})

test('both secrets are valid during a rotation', () => {
  const next = `whsec_${randomBytes(24).toString('base64')}`
  expect(verifySignature({ headers, body }, { secret: next, now })).toBe(false)
  expect(verifySignature({ headers, body }, { secret: [next, secret], now })).toBe(true)
  const both = { ...headers, 'webhook-signature': `v1,AAAA ${headers['webhook-signature']}` }
  expect(verifySignature({ headers: both, body }, { secret, now })).toBe(true)
})

test.each(['hunter2', 'whsec_c2hvcnQ=', `whsec_${randomBytes(65).toString('base64')}`, ''])(
  'a secret like %j throws a TypeError',
  (wrong) => {
    expect(() => verifySignature({ headers, body }, { secret: wrong, now })).toThrow(TypeError)
  },
)
