import { expect, test } from 'vitest'
import { nearest } from './near.ts'

const words = ['migrate', 'import', 'export', 'ban', 'unban', 'verify counts', 'doctor']

test.each([
  ['migarte', 'migrate'],
  ['impotr', 'import'],
  ['bam', 'ban'],
  ['verfiy counts', 'verify counts'],
  ['Doctor', 'doctor'],
])('%s suggests %s', (word, meant) => {
  expect(nearest(word, words)).toBe(meant)
})

test.each(['', 'x', 'serve', 'deploy'])('"%s" has no suggestion', (word) => {
  expect(nearest(word, words)).toBeNull()
})
