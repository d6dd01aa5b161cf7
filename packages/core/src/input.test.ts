import { expect, test } from 'vitest'
import * as z from 'zod'
import { createAccountInputs } from './accounts/account-inputs.ts'
import type { InvalidInputError } from './errors.ts'
import { fieldErrorTable } from './field-errors.ts'
import { parseInput } from './input.ts'
import { createPostInputs } from './posts/post-inputs.ts'

const accounts = createAccountInputs({
  identifiers: { username: 'required', email: 'optional', phone: 'optional' },
  reservedUsernames: new Set(['admin']),
  minLength: 8,
  forbiddenWords: ['kith'],
})
const posts = createPostInputs({ textOnly: false })
const good = { username: 'anna', password: 'correct horse' }

function errorsOf<Output>(schema: z.ZodType<Output>, input: unknown): unknown[] {
  try {
    parseInput(schema, input)
  } catch (error) {
    return (error as InvalidInputError).errors.map(({ message: _message, ...rest }) => rest)
  }
  return []
}

test.each<[unknown, object]>([
  [
    { ...good, password: 'short' },
    { code: 'too-short', minimum: 8, unit: 'characters' },
  ],
  [
    { ...good, username: 'a'.repeat(31) },
    { code: 'too-long', maximum: 30, unit: 'characters' },
  ],
  [{ ...good, username: 'admin' }, { code: 'reserved' }],
  [{ ...good, username: 'a-b-c' }, { code: 'malformed' }],
  [{ ...good, email: 'nobody' }, { code: 'malformed' }],
  [{ ...good, phone: '112' }, { code: 'malformed' }],
  [{ password: good.password }, { code: 'required' }],
  [
    { ...good, name: 7 },
    { code: 'wrong-type', expected: 'string' },
  ],
  [{ ...good, nickname: 'A' }, { code: 'unknown-field' }],
  [
    { ...good, name: 'a\u0007' },
    { code: 'forbidden-character', kind: 'control' },
  ],
  [
    { ...good, name: 'a\u200b' },
    { code: 'forbidden-character', kind: 'invisible' },
  ],
  [
    { ...good, name: 'a\u202e' },
    { code: 'forbidden-character', kind: 'direction' },
  ],
  [
    { ...good, name: 'a\ud800' },
    { code: 'forbidden-character', kind: 'broken' },
  ],
  [
    { ...good, name: `a${'\u0301'.repeat(40)}` },
    { code: 'too-many-marks', maximum: 30 },
  ],
  [{ ...good, name: '\u0301' }, { code: 'blank' }],
  [
    { ...good, password: 'abcabcabcabc' },
    { code: 'too-easy', reason: 'repetitive' },
  ],
  [
    { ...good, username: 'correcthorse', password: 'correcthorse' },
    { code: 'too-easy', reason: 'own-name' },
  ],
  [{ ...good, password: 'password1' }, { code: 'too-common' }],
])('%j is rejected with the parameters of its code', (input, error) => {
  const [first] = errorsOf(accounts.register, input)
  expect(first).toEqual({ path: expect.any(String) as string, ...error })
  const { code, ...parameters } = error as { code: keyof typeof fieldErrorTable }
  expect(Object.keys(parameters)).toEqual(Object.keys(fieldErrorTable[code].parameters))
})

test('counts the items of an array, and measures a number by its value', () => {
  const media = Array.from({ length: 11 }, (_, index) => `upload-${index}`)
  expect(errorsOf(posts.create, { media })).toEqual([
    { path: 'media', code: 'too-long', maximum: 10, unit: 'items' },
  ])
  expect(errorsOf(posts.create, { media: ['a', 'a'] })).toEqual([{ path: 'media', code: 'repeated' }])
  expect(errorsOf(posts.edit, { caption: 'x'.repeat(2300) })).toEqual([
    { path: 'caption', code: 'too-long', maximum: 2200, unit: 'characters' },
  ])
  expect(errorsOf(z.object({ limit: z.number().min(1) }), { limit: 0 })).toEqual([
    { path: 'limit', code: 'too-small', minimum: 1 },
  ])
})

test('a code that a schema invents is not a code of the table', () => {
  const odd = z.string().refine(() => false, { error: 'No.', params: { code: 'made-up' } })
  expect(errorsOf(odd, 'x')).toEqual([{ path: '', code: 'malformed' }])
})
