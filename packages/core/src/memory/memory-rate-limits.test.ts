import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { expect, test } from 'vitest'
import { createMemoryRateLimits } from './memory-rate-limits.ts'

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

const now = new Date('2026-01-01T00:00:00Z')
const rules = [
  { limit: 2, windowSeconds: 300 },
  { limit: 8, windowSeconds: 3_600 },
]

test('a window at its limit is never forgotten, however many other subjects follow', async () => {
  const limits = createMemoryRateLimits({ maxKeys: 100 })
  for (let time = 0; time < 2; time++) await limits.hit('locked', rules, now)
  for (let index = 0; index < 10_000; index++) await limits.hit(`other ${index}`, rules, now)
  expect(await limits.hit('locked', rules, now)).toEqual({ allowed: false, retryAfterSeconds: 300 })
})

test('if every window is at its limit, new subjects share counters', async () => {
  const limits = createMemoryRateLimits({ maxKeys: 100 })
  const keys = Array.from({ length: 5_000 }, (_, index) => `key ${index}`)
  for (const key of keys) for (let time = 0; time < 2; time++) await limits.hit(key, rules, now)
  for (const key of keys) expect((await limits.hit(key, rules, now)).allowed).toBe(false)
  const later = new Date(now.getTime() + 3_600_000)
  for (const key of keys)
    expect((await limits.hit(key, [{ limit: 9, windowSeconds: 60 }], later)).allowed).toBe(true)
})

test('its memory is bounded, even with many subjects at their limit', async () => {
  const limits = createMemoryRateLimits({ maxKeys: 1_000 })
  const single = [{ limit: 1, windowSeconds: 60 }]
  async function heapAfter(from: number, count: number): Promise<number> {
    for (let index = from; index < from + count; index++) await limits.hit(`key ${index}`, single, now)
    collect()
    return process.memoryUsage().heapUsed
  }
  const before = await heapAfter(0, 20_000)
  const after = await heapAfter(20_000, 200_000)
  expect(after - before).toBeLessThan(20 * 2 ** 20)
})
