import { expect, test } from 'vitest'
import { type Duration, durationSeconds } from './duration.ts'

test.each([
  ['90s', 90],
  ['15m', 900],
  ['12h', 43_200],
  ['30d', 2_592_000],
  [900, 900],
] as const)('%s is %d seconds', (text, seconds) => {
  expect(durationSeconds(text, 'option')).toBe(seconds)
})

test.each([
  '',
  '15',
  '15 m',
  'm',
  '-5m',
  '1.5h',
  '0s',
  0,
  -1,
  1.5,
  Number.NaN,
  Number.POSITIVE_INFINITY,
  '9e9d',
])('%s is not a duration, and the error names the option', (value) => {
  expect(() => durationSeconds(value as Duration, 'the option')).toThrow(/^the option: /)
})
