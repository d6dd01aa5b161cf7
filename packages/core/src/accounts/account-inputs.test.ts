import * as z from 'zod'
import { describe, expect, test } from 'vitest'
import { createInstance } from '../../test/instance.ts'
import type { InvalidInputError } from '../errors.ts'
import type { FieldError } from '../field-errors.ts'
import { parseInput } from '../input.ts'
import type { AccountOptions } from '../options.ts'
import type { AccountInputs } from './account-inputs.ts'

const password = 'correct horse'

const inputsOf = (accounts: AccountOptions = {}): AccountInputs =>
  createInstance({ accounts }).kith.accounts.inputs

function errorsOf(schema: z.ZodType, input: unknown): readonly FieldError[] {
  try {
    parseInput(schema, input)
    return []
  } catch (error) {
    return (error as InvalidInputError).errors
  }
}

const codesOf = (schema: z.ZodType, input: unknown): string[] =>
  errorsOf(schema, input).map(({ path, code }) => `${path} ${code}`)

describe('an age bracket', () => {
  const ageOf = (from: number, to: number | null) => ({
    username: 'ana',
    password,
    age: { from, to, source: 'declared' },
  })

  test.each([
    [18, null, []],
    [13, 17, []],
    [13, 13, []],
    [13, 12, ['age.to malformed']],
    [-1, null, ['age.from too-small']],
    [18, 151, ['age.to too-large']],
  ])('from %s to %s: %j', (from, to, errors) => {
    expect(codesOf(inputsOf({ age: 'optional' }).register, ageOf(from, to))).toEqual(errors)
  })

  test.each([
    ['required', ['age required']],
    ['optional', []],
    ['off', []],
  ] as const)('may be missing where it is %s: %j', (age, errors) => {
    expect(codesOf(inputsOf({ age }).register, { username: 'ana', password })).toEqual(errors)
  })
})

test.each([
  ['optional', 'optional', ['username']],
  ['optional', 'required', ['email']],
  ['required', 'optional', ['username']],
  ['required', 'required', ['username', 'email']],
  ['required', 'off', ['username']],
  ['off', 'required', ['email']],
] as const)(
  'with a username that is %s and an email address that is %s, what is missing is reported once: %j',
  (username, email, missing) => {
    const { newcomer, register } = inputsOf({ identifiers: { username, email } })
    for (const { error } of [newcomer.safeParse({}), register.safeParse({ password })])
      expect(error?.issues.map(({ path }) => path.join('.'))).toEqual(missing)
  },
)

test('the fields of the app are part of what the host creates, and of each change', () => {
  const fields = z.object({ city: z.string(), team: z.string() })
  const { create, edit, profile, update } = inputsOf({ fields })
  const input = { username: 'ana', password, fields: { city: 'Oslo' } }
  expect(codesOf(create, input)).toEqual(['fields.team required'])
  for (const schema of [edit, profile, update]) {
    expect(codesOf(schema, { fields: { city: 'Oslo' } })).toEqual([])
    expect(codesOf(schema, { fields: { city: 3 } })).toEqual(['fields.city wrong-type'])
  }
})

describe('a password', () => {
  const longest = 'lindqvist'.padEnd(256, '1')

  test.each([
    ['a name', { password: 'Lindqvist99' }, 'own-name'],
    ['a name with digits, of the greatest length', { password: longest }, 'own-name'],
    ['repetitive', { password: 'abcabcabcabc' }, 'repetitive'],
  ])('that is %s is too easy', (_what, input, reason) => {
    expect(errorsOf(inputsOf().register, { username: 'lindqvist', ...input })).toMatchObject([
      { path: 'password', code: 'too-easy', reason },
    ])
  })

  test('is compared with no name that is too long for one, or of another type', () => {
    const { register } = inputsOf()
    const long = { username: `lindqvist ${'x'.repeat(300)}`, password: 'Lindqvist99' }
    expect(codesOf(register, long)).toEqual(['username too-long'])
    const numbers = { username: 1, email: 2, phone: 3, name: 4, password }
    expect(codesOf(register, numbers)).toEqual(
      ['username', 'email', 'phone', 'name'].map((name) => `${name} wrong-type`),
    )
  })
})

test.each([
  { username: 'a-na' },
  { username: 'admin' },
  { email: 'ana' },
  { phone: '0151 12345678' },
  { password: 'abcabcabcabc' },
  { password: 'password1' },
  { password: 'ana-ana-ana' },
  { age: { from: 3, to: 2, source: 'declared' } },
  { age: { from: 3, to: 4, source: 'Declared!' } },
])('%j is refused in words for people, not those of the library', (input) => {
  const { register } = inputsOf({ age: 'optional' })
  const errors = errorsOf(register, { username: 'ana', password, ...input })
  expect(errors.map(({ message }) => message)).toEqual([
    expect.stringMatching(/^(?!Invalid )[A-Z].* .*[^ .]$/),
  ])
})
