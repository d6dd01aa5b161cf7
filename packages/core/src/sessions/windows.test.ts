import { describe, expect, test } from 'vitest'
import { type Counted, countAttempt, type Window } from './windows.ts'

const minute = { limit: 4, windowSeconds: 60 }
// Its share of one minute is 2.
const threeMinutes = { limit: 6, windowSeconds: 180 }
const limits = [minute, threeMinutes]

const window = (seconds: number, count: number, ends: number): Window => ({
  seconds,
  count,
  endsAt: ends * 1000,
})

/** An attempt after this many seconds. */
const attempt = (stored: readonly Window[], after: number, rules = limits): Counted =>
  countAttempt(stored, rules, after * 1000)

test('without limits every attempt is allowed, and nothing needs to be stored', () => {
  expect(countAttempt([window(60, 9, 60)], [], 0)).toEqual({
    allowed: true,
    retryAfterSeconds: 0,
    windows: [],
    full: false,
  })
})

describe('the longer window', () => {
  test('starts with the attempt that exceeds its share, at the start of the shortest window', () => {
    const first = attempt([], 0)
    expect(first.windows).toEqual([window(60, 1, 60)])
    const second = attempt(first.windows, 10)
    expect(second.windows).toEqual([window(60, 2, 60)])
    const third = attempt(second.windows, 20)
    expect(third.windows).toEqual([window(60, 3, 60), window(180, 3, 180)])
    expect(attempt(third.windows, 30).windows).toEqual([window(60, 4, 60), window(180, 4, 180)])
  })

  test('starts with the attempt itself if a window of its length has ended since the shortest one started', () => {
    const stored = [window(60, 2, 100), window(180, 5, 70)]
    expect(attempt(stored, 80).windows).toEqual([window(60, 3, 100), window(180, 1, 260)])
  })

  test('starts with the shortest window if its last one ended when that started, or earlier', () => {
    for (const ended of [40, 39]) {
      const stored = [window(60, 2, 100), window(180, 5, ended)]
      expect(attempt(stored, 80).windows).toEqual([window(60, 3, 100), window(180, 3, 220)])
    }
  })

  test('is kept after its end as long as the shortest window overlaps it, and starts again only beyond its share', () => {
    const overlapping = window(180, 5, 50)
    for (const time of [50, 60])
      expect(attempt([window(60, 1, 100), overlapping], time).windows).toEqual([
        window(60, 2, 100),
        overlapping,
      ])
    expect(attempt([window(60, 1, 100), window(180, 5, 40)], 60).windows).toEqual([window(60, 2, 100)])
    expect(attempt([window(60, 1, 100), overlapping], 100).windows).toEqual([window(60, 1, 160)])
  })
})

describe('a window that has ended', () => {
  test('refuses nothing, even if its limit is lower now', () => {
    for (const time of [50, 60]) {
      const counted = attempt([window(60, 1, 100), window(180, 9, 50)], time)
      expect(counted).toMatchObject({ allowed: true, full: false })
    }
  })
})

describe('a subject is at its limit', () => {
  test('with the attempt that uses up one of its windows, and not before', () => {
    expect(attempt([window(60, 2, 60)], 20).full).toBe(false)
    expect(attempt([window(60, 3, 60), window(180, 3, 180)], 20)).toMatchObject({ allowed: true, full: true })
    expect(attempt([window(60, 1, 160), window(180, 5, 180)], 120)).toMatchObject({
      allowed: true,
      full: true,
    })
  })

  test('while attempts are refused, which does not change what is stored', () => {
    const stored = [window(60, 4, 60), window(180, 4, 180)]
    expect(attempt(stored, 20)).toEqual({
      allowed: false,
      retryAfterSeconds: 40,
      windows: stored,
      full: true,
    })
  })
})
