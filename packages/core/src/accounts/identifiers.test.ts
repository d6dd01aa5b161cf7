import fc from 'fast-check'
import { expect, test } from 'vitest'
import { emailSchema, fold, phoneSchema, readAccountName, readLogin, usernameSchema } from './identifiers.ts'
import { reservedUsernames } from './reserved-names.ts'

const parseUsername = (typed: string) => usernameSchema(new Set(reservedUsernames)).safeParse(typed)

test('folding is idempotent', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => fold(fold(text)) === fold(text)),
    { numRuns: 5000, examples: [['\u00a8'], ['ana \u02da'], ['İ']] },
  )
})

test.each([
  ['Ana', 'ana'],
  ['ＡＮＡ', 'ana'],
  ['ana_01', 'ana_01'],
  ['a.n.a', 'a.n.a'],
  ['\u{1D41A}\u{1D427}\u{1D41A}', 'ana'],
  ['ﬁona', 'fiona'],
  ['\u212Aelvin', 'kelvin'],
  [' ana ', 'ana'],
])('folds %s to the username %s', (typed, folded) => {
  expect(parseUsername(typed).data).toBe(folded)
})

test.each([
  'an',
  'a'.repeat(31),
  '.ana',
  'ana.',
  'a..na',
  'a-na',
  'ana!',
  'анна',
  'a\u200Bna',
  'me\0x',
  'ana@x',
  'Admin',
  'ｍｅ',
  'İpek',
])('%j is not a username', (typed) => {
  expect(parseUsername(typed).success).toBe(false)
})

/** 254 characters. */
const longestEmail = `${'a'.repeat(64)}@${'b'.repeat(63)}.${'c'.repeat(63)}.${'d'.repeat(53)}.example`

test.each([
  ['Ana@Example.COM', 'ana@example.com'],
  [' ana@example.com ', 'ana@example.com'],
  ['ana+tag@example.com', 'ana+tag@example.com'],
  ['ana@BÜCHER.example', 'ana@xn--bcher-kva.example'],
  ['ana@xn--bcher-kva.example', 'ana@xn--bcher-kva.example'],
  ['ａna@ｅxample.com', 'ana@example.com'],
  ["o'brien@mail.example.co.uk", "o'brien@mail.example.co.uk"],
  [longestEmail, longestEmail],
])('folds %s to the email address %s', (typed, folded) => {
  expect(emailSchema().parse(typed)).toBe(folded)
})

test.each([
  'ana',
  '@example.com',
  'ana@',
  'ana@example',
  'ana@exa mple.com',
  'ana@@example.com',
  'a@b@example.com',
  '.ana@example.com',
  'ana.@example.com',
  'a..na@example.com',
  'ana@example.com@example.com',
  'ana@127.0.0.1',
  'ana@[127.0.0.1]',
  'ana\n@example.com',
  'ana\0@example.com',
  'ana\uD800@example.com',
  '"ana"@example.com',
  'ana@-example.com',
  `${'a'.repeat(65)}@example.com`,
  `ana@${'a.'.repeat(130)}com`,
  `${longestEmail}m`,
  // The ASCII form of its domain has more than 254 characters.
  `${'a'.repeat(20)}@${'ü.'.repeat(30)}com`,
])('%j is not an email address', (typed) => {
  expect(emailSchema().safeParse(typed).success).toBe(false)
})

test('a folded email address folds to itself, so that one account cannot be registered twice', () => {
  const parts = fc.tuple(fc.string({ unit: 'grapheme', maxLength: 20 }), fc.domain())
  fc.assert(
    fc.property(parts, ([local, domain]) => {
      const once = emailSchema().safeParse(`${local}@${domain}`)
      return !once.success || emailSchema().parse(once.data) === once.data
    }),
    { numRuns: 2000 },
  )
})

test.each([
  ['+49 (151) 123-456.78', '+4915112345678'],
  ['+1 202 555 0100', '+12025550100'],
])('normalizes %s to the phone number %s', (typed, folded) => {
  expect(phoneSchema().parse(typed)).toBe(folded)
})

test.each(['015112345678', '+0123456789', '+49', '+49151x', 'tel:+4915112345678', `+${'1'.repeat(16)}`])(
  '%j is not a phone number',
  (typed) => {
    expect(phoneSchema().safeParse(typed).success).toBe(false)
  },
)

test('a login with an @ is read as an email address, any other as a username', () => {
  expect(readLogin('ＡNA')).toEqual({ username: 'ana' })
  expect(readLogin('Ana@Example.com')).toEqual({ email: 'ana@example.com' })
  expect(readLogin('ana＠example.com')).toEqual({ email: 'ana@example.com' })
  expect(readLogin('a@b@c')).toEqual({ email: 'a@b@c' })
})

const id = '01890a5d-ac96-774b-bcce-b302099a8057'
const marks = '\u0301'.repeat(31)

test.each([
  ['an id', id, { id }],
  ['more than an id', `${id}0`, { username: `${id}0` }],
  ['a username', ' ＡNA ', { username: 'ana' }],
  ['the longest name that can be typed', 'a'.repeat(120), { username: 'a'.repeat(120) }],
  ['a longer one', 'a'.repeat(121), { username: '' }],
  ['a run of marks', `a${marks}`, { username: '' }],
])('the name of an account can be %s', (_kind, typed, name) => {
  expect(readAccountName(typed)).toEqual(name)
})

test.each([
  ['the longest address', longestEmail, { email: longestEmail }],
  ['a longer one', `${longestEmail}m`, { username: '' }],
  ['a longer name', 'a'.repeat(255), { username: '' }],
  ['a run of marks', `a${marks}`, { username: '' }],
])('a login that is %s is read in bounded time', (_kind, typed, login) => {
  expect(readLogin(typed)).toEqual(login)
})
