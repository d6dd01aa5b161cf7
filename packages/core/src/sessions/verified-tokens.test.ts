import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterEach, expect, test, vi } from 'vitest'
import { createVerifiedTokens } from './verified-tokens.ts'

const claimsOf = (sessionId: string) => ({
  viewer: { userId: 'u', sessionId },
  expiresAt: 0,
  ended: ['u/0'],
  changed: [],
})

test('a session evicts only its own tokens', () => {
  const known = createVerifiedTokens({ capacity: 100, maxAgeMillis: 60_000 })
  known.set('of another', claimsOf('other'))
  for (let index = 0; index < 1_000; index++) known.set(`token ${index}`, claimsOf('one'))
  expect(known.get('of another')).toEqual(claimsOf('other'))
  const kept = Array.from({ length: 1_000 }, (_, index) => known.get(`token ${index}`)).filter(Boolean)
  expect(kept).toHaveLength(5)
})

test('beyond the capacity the least recently used token is evicted, and a deleted one frees its place', () => {
  const known = createVerifiedTokens({ capacity: 3, maxAgeMillis: 60_000 })
  for (const name of ['a', 'b', 'c']) known.set(name, claimsOf(name))
  known.get('a')
  known.set('d', claimsOf('d'))
  expect(['a', 'b', 'c', 'd'].map((name) => known.get(name) !== undefined)).toEqual([true, false, true, true])
  known.delete('a')
  known.set('e', claimsOf('e'))
  expect(['c', 'd', 'e'].map((name) => known.get(name) !== undefined)).toEqual([true, true, true])
})

test('deleting a session removes all of its tokens and no others, and frees their places', () => {
  const known = createVerifiedTokens({ capacity: 3, maxAgeMillis: 60_000 })
  for (const name of ['a', 'b']) known.set(name, claimsOf('one'))
  known.set('c', claimsOf('other'))
  known.deleteSession('one')
  known.deleteSession('unheard of')
  expect(['a', 'b', 'c'].map((name) => known.get(name) !== undefined)).toEqual([false, false, true])
  for (const name of ['d', 'e']) known.set(name, claimsOf('one'))
  expect(['c', 'd', 'e'].map((name) => known.get(name) !== undefined)).toEqual([true, true, true])
})

test('a session can have as many tokens after its deletion as any other', () => {
  const known = createVerifiedTokens({ capacity: 100, maxAgeMillis: 60_000 })
  const names = Array.from({ length: 6 }, (_, index) => String(index))
  for (const name of names) known.set(`old ${name}`, claimsOf('one'))
  known.deleteSession('one')
  for (const name of names) known.set(`new ${name}`, claimsOf('one'))
  expect(names.map((name) => known.get(`new ${name}`) !== undefined)).toEqual([
    false,
    ...Array<boolean>(5).fill(true),
  ])
})

afterEach(() => void vi.useRealTimers())

test('a token is kept for the given time and then frees its place', () => {
  vi.useFakeTimers({ toFake: ['performance'] })
  const known = createVerifiedTokens({ capacity: 3, maxAgeMillis: 60_000 })
  known.set('a', claimsOf('a'))
  vi.advanceTimersByTime(30_000)
  for (const name of ['b', 'c']) known.set(name, claimsOf(name))
  vi.advanceTimersByTime(30_000)
  expect(known.get('a')).toBeDefined()
  vi.advanceTimersByTime(1)
  expect(known.get('a')).toBeUndefined()
  known.set('d', claimsOf('d'))
  expect(['b', 'c', 'd'].map((name) => known.get(name) !== undefined)).toEqual([true, true, true])
})

test('its memory is bounded, however many sessions there are', () => {
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  const known = createVerifiedTokens({ capacity: 10, maxAgeMillis: 60_000 })
  function heapAfter(from: number, count: number): number {
    for (let index = from; index < from + count; index++) {
      known.set(`token ${index}`, claimsOf(`session ${index}`))
      if (index % 2) known.deleteSession(`session ${index}`)
    }
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = heapAfter(0, 1_000)
  expect(heapAfter(1_000, 50_000) - before).toBeLessThan(2 ** 20)
})
