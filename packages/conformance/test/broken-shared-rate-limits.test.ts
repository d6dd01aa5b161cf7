import { setImmediate as gap } from 'node:timers/promises'
import type { RateLimits } from '@kith/core/ports'
import { createMemoryRateLimits } from '@kith/core/memory'
import { testFlaws } from '../../../test/flaws.ts'
import { type Pair, sharedRateLimitsCases } from '../src/index.ts'

const parallel = 'shared-rate-limits/parallel'
const anew = 'shared-rate-limits/parallel-new-window'
const end = 'shared-rate-limits/same-end'
const reset = 'shared-rate-limits/reset'

const none = { limit: 0, windowSeconds: 0 }
const refused = 'shared-rate-limits/refused-not-counted'

function soundPair(): Pair<RateLimits> {
  const rateLimits = createMemoryRateLimits()
  return { one: rateLimits, other: rateLimits }
}

testFlaws<Pair<RateLimits>>(sharedRateLimitsCases, soundPair, [
  {
    flaw: 'counts in each process',
    breaking: () => ({ one: createMemoryRateLimits(), other: createMemoryRateLimits() }),
    fails: [parallel, anew, refused, end, reset],
  },
  {
    flaw: 'reads the count first and writes it later',
    breaking() {
      const counts = new Map<string, { count: number; ends: number }>()
      const each: RateLimits = {
        async hit(key, [{ limit, windowSeconds } = none], now) {
          const stored = counts.get(key)
          if (stored) await gap()
          const live = stored && stored.ends > now.getTime()
          const window = live ? stored : { count: 0, ends: now.getTime() + windowSeconds * 1000 }
          const allowed = window.count < limit
          counts.set(key, { ...window, count: window.count + 1 })
          return { allowed, retryAfterSeconds: 1 }
        },
        async reset(keys) {
          for (const key of keys) counts.delete(key)
        },
      }
      return { one: each, other: each }
    },
    fails: [parallel, anew],
  },
  {
    flaw: 'looks whether a window is over first and replaces it later',
    breaking({ one }) {
      const ends = new Map<string, number>()
      const each: RateLimits = {
        ...one,
        async hit(key, limits, now) {
          const over = now.getTime() >= (ends.get(key) ?? Infinity)
          await gap()
          if (over || !ends.has(key)) ends.set(key, now.getTime() + (limits[0]?.windowSeconds ?? 0) * 1000)
          const answer = await one.hit(key, limits, now)
          return { ...answer, allowed: answer.allowed || over }
        },
      }
      return { one: each, other: each }
    },
    fails: [anew],
  },
  {
    flaw: 'has a clock in each process that is a millisecond apart',
    breaking: ({ other }) => ({
      other: {
        ...other,
        hit: (key, limits, now) => other.hit(key, limits, new Date(now.getTime() + 1)),
      },
    }),
    fails: [end],
  },
  {
    flaw: 'remembers in a process who used up a limit, whatever is reset elsewhere',
    breaking({ one, other }) {
      const used = new Set<string>()
      return {
        one,
        other: {
          ...other,
          async hit(key, limits, now) {
            const answer = await other.hit(key, limits, now)
            const allowed = answer.allowed && !(limits[0]?.limit === 1 && used.has(key))
            used.add(key)
            return { ...answer, allowed }
          },
        },
      }
    },
    fails: [end, reset],
  },
])
