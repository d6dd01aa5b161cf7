import { expect, test } from 'vitest'
import { createVerifiedTokens } from './verified-tokens.ts'

const claimsOf = (sessionId: string) => ({
  viewer: { userId: 'u', sessionId },
  expiresAt: 0,
  ended: ['u/0'],
  changed: [],
})

test('one session pushes out none but its own tokens', () => {
  const known = createVerifiedTokens({ capacity: 100, maxAgeMillis: 60_000 })
  known.set('of another', claimsOf('other'))
  for (let index = 0; index < 1_000; index++) known.set(`token ${index}`, claimsOf('one'))
  expect(known.get('of another')).toEqual(claimsOf('other'))
  const kept = Array.from({ length: 1_000 }, (_, index) => known.get(`token ${index}`)).filter(Boolean)
  expect(kept).toHaveLength(5)
})

test('past the capacity the least recently used one is forgotten, and what was deleted leaves room', () => {
  const known = createVerifiedTokens({ capacity: 3, maxAgeMillis: 60_000 })
  for (const name of ['a', 'b', 'c']) known.set(name, claimsOf(name))
  known.get('a')
  known.set('d', claimsOf('d'))
  expect(['a', 'b', 'c', 'd'].map((name) => known.get(name) !== undefined)).toEqual([true, false, true, true])
  known.delete('a')
  known.set('e', claimsOf('e'))
  expect(['c', 'd', 'e'].map((name) => known.get(name) !== undefined)).toEqual([true, true, true])
})

test('a session that is deleted loses all of its tokens, leaves those of others alone, and its room is free again', () => {
  const known = createVerifiedTokens({ capacity: 3, maxAgeMillis: 60_000 })
  for (const name of ['a', 'b']) known.set(name, claimsOf('one'))
  known.set('c', claimsOf('other'))
  known.deleteSession('one')
  known.deleteSession('unheard of')
  expect(['a', 'b', 'c'].map((name) => known.get(name) !== undefined)).toEqual([false, false, true])
  for (const name of ['d', 'e']) known.set(name, claimsOf('one'))
  expect(['c', 'd', 'e'].map((name) => known.get(name) !== undefined)).toEqual([true, true, true])
})
