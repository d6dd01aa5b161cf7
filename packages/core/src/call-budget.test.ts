import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createCallBudget } from './call-budget.ts'
import type { RetryLaterError } from './errors.ts'

beforeEach(() => void vi.useFakeTimers({ toFake: ['performance'] }))
afterEach(() => void vi.useRealTimers())

function open(limit: number) {
  const logged: string[] = []
  const write = (message: string): void => void logged.push(message)
  const spend = createCallBudget({
    what: 'calls',
    option: 'calls',
    limit,
    windowSeconds: 3_600,
    logger: { warn: write },
  })
  let visitors = 0
  /** `request` is one of an account that made no call before. */
  const tried = (cause: string): number | 'made' => {
    try {
      if (cause === 'upkeep') spend('upkeep')
      else spend({ accountId: cause === 'request' ? `visitor ${visitors++}` : cause })
      return 'made'
    } catch (error) {
      expect((error as RetryLaterError).code).toBe('media-unavailable')
      return (error as RetryLaterError).retryAfterSeconds
    }
  }
  return { tried, logged }
}

test('requests get four fifths of a window and upkeep the rest, with one warning in the log before the limit', () => {
  const { tried, logged } = open(10)
  for (let index = 0; index < 8; index++) {
    expect(tried('request')).toBe('made')
    expect(logged).toHaveLength(index < 6 ? 0 : 1)
  }
  expect(tried('request')).toBe(3_600)
  expect([tried('upkeep'), tried('upkeep'), tried('upkeep')]).toEqual(['made', 'made', 3_600])
  expect(logged).toHaveLength(1)
})

test('the window slides: no hour has more calls than the limit, and the reported wait is exact', () => {
  const { tried } = open(10)
  for (let index = 0; index < 8; index++) {
    tried('request')
    vi.advanceTimersByTime(60_000)
  }
  const wait = tried('request')
  expect(wait).toBe(3_600 - 8 * 60)
  vi.advanceTimersByTime(Number(wait) * 1000 - 1)
  expect(tried('request')).toBe(1)
  vi.advanceTimersByTime(1)
  expect(tried('request')).toBe('made')
  expect(tried('request')).toBe(60)
})

test('an account can use a quarter of the remaining calls, and its reported wait is exact', () => {
  const { tried } = open(100)
  let made = 0
  while (tried('mallory') === 'made') {
    made++
    vi.advanceTimersByTime(10_000)
  }
  expect(made).toBe(16)
  for (let index = 0; index < 12; index++) expect(tried('ben')).toBe('made')
  const wait = tried('mallory')
  // 52 are left, so nine are too many for her: the fourth of her 16 is the last that still counts against the rest.
  vi.advanceTimersByTime(Number(wait) * 1000 - 1)
  expect(tried('mallory')).toBe(1)
  vi.advanceTimersByTime(1)
  expect(tried('mallory')).toBe('made')
})

test('20 greedy accounts leave calls for a later one', () => {
  const { tried } = open(500)
  const used: number[] = []
  for (let account = 0; account < 20; account++) {
    let made = 0
    while (tried(`greedy ${account}`) === 'made') made++
    used.push(made)
  }
  expect(used[0]).toBe(80)
  expect(used[1]).toBe(64)
  expect(tried('anna')).toBe('made')
  expect(tried('upkeep')).toBe('made')
})

test('any number of calls from any source stay within the limit of each window', () => {
  const { tried } = open(20)
  const made: number[] = []
  let seed = 1
  for (let step = 0; step < 3_000; step++) {
    seed = (seed * 48_271) % 2_147_483_647
    vi.advanceTimersByTime(seed % 90_000)
    if (tried(seed % 3 === 0 ? 'upkeep' : `account ${seed % 12}`) === 'made') made.push(performance.now())
  }
  const most = made.map((end) => made.filter((time) => time > end - 3_600_000 && time <= end).length)
  expect(Math.max(...most)).toBeLessThanOrEqual(20)
  expect(Math.max(...most)).toBeGreaterThanOrEqual(16)
})
