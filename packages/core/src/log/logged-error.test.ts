import { expect, test } from 'vitest'
import { KithError, RetryLaterError } from '../errors.ts'
import { describeError } from './logged-error.ts'

test('a KithError without a cause keeps its code, its detail and its stack', () => {
  const described = describeError(new KithError('storage-failed', { detail: 'The storage was closed.' }))
  expect(described).toEqual({
    name: 'KithError',
    message: 'The storage failed: The storage was closed.',
    code: 'storage-failed',
    stack: expect.stringMatching(/^ {4}at .*logged-error\.test/) as string,
  })
})

test('causes are written with their messages, and the stack only once', () => {
  const root = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' })
  const driver = new TypeError('no server', { cause: root })
  const described = describeError(new RetryLaterError('storage-unavailable', 1, driver))
  expect(described).toMatchObject({
    code: 'storage-unavailable',
    cause: {
      name: 'TypeError',
      message: 'no server',
      stack: expect.stringContaining('at ') as string,
      cause: { message: 'connect ECONNREFUSED', code: 'ECONNREFUSED' },
    },
  })
  expect(JSON.stringify(described).match(/"stack"/g)).toHaveLength(1)
})

test('an AggregateError gets its first inner error as the cause', () => {
  const refused = Object.assign(new Error('connect ECONNREFUSED 10.0.0.7:6379'), { code: 'ECONNREFUSED' })
  expect(describeError(new AggregateError([refused, new Error('b')]))).toMatchObject({
    name: 'AggregateError',
    cause: { code: 'ECONNREFUSED' },
  })
})

test('chains of causes end, even if they are circular or endless', () => {
  const circle = new Error('a')
  circle.cause = new Error('b', { cause: circle })
  expect(describeError(circle)).toMatchObject({ message: 'a', cause: { message: 'b' } })
  const endless = Array.from({ length: 50 }).reduce<Error>(
    (cause) => new Error('x', { cause }),
    new Error('x'),
  )
  expect(JSON.stringify(describeError(endless)).match(/"message"/g)?.length).toBeLessThan(10)
})

test.each<[unknown, object]>([
  ['a text', { name: 'string', message: 'a text' }],
  [undefined, { name: 'undefined' }],
  [null, { name: 'null' }],
  [{ password: 'canary' }, { name: 'Object' }],
  [Object.create(null), { name: 'object' }],
])('a thrown value that is not an error is described by its type: %s', (thrown, expected) => {
  const described = describeError(thrown)
  expect(described).toMatchObject(expected)
  expect(JSON.stringify(described)).not.toContain('canary')
})

test('a malformed code or name is left out', () => {
  const error = Object.assign(new Error('x'), { code: 'a code\nwith "canary"', name: 'a: canary' })
  expect(JSON.stringify(describeError(error))).not.toContain('canary')
})
