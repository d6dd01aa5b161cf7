import type { Limit, RateLimits } from '../sessions/rate-limits.ts'
import { type Counted, countAttempt, type Window } from '../sessions/windows.ts'

type Subjects = Map<string, readonly Window[]>

interface Attempt {
  limits: readonly Limit[]
  time: number
}

/** Subjects without room share this many groups of counters. */
const sharedCounters = 1_024
/** How many subjects are checked for room when a new one arrives. */
const glances = 8

/**
 * Attempts counted in this process, for at most `maxKeys` subjects. When there is no room the oldest are dropped first,
 * but never one with a window at its limit: a newcomer that finds no room shares a counter with others.
 */
export function createMemoryRateLimits({ maxKeys = 100_000 }: { maxKeys?: number } = {}): RateLimits {
  const open: Subjects = new Map()
  const full: Subjects = new Map()
  const shared: Subjects = new Map()

  function makeRoom(time: number): boolean {
    if (open.size + full.size < maxKeys) return true
    for (const subjects of [open, full]) dropEnded(subjects, time)
    if (open.size + full.size < maxKeys) return true
    const oldest = open.keys().next()
    if (oldest.done) return false
    return open.delete(oldest.value)
  }

  function count(subjects: Subjects, key: string, { limits, time }: Attempt): Counted {
    const counted = countAttempt(subjects.get(key) ?? [], limits, time)
    if (counted.windows.length > 0) subjects.set(key, counted.windows)
    return counted
  }

  function countKnown(key: string, attempt: Attempt): Counted {
    const place = full.has(key) ? full : open
    const counted = count(place, key, attempt)
    const next = counted.full ? full : open
    if (next !== place && place.delete(key)) next.set(key, counted.windows)
    return counted
  }

  return {
    async hit(key, limits, now) {
      const attempt = { limits, time: now.getTime() }
      const hasPlace = full.has(key) || open.has(key) || makeRoom(attempt.time)
      const { allowed, retryAfterSeconds } = hasPlace
        ? countKnown(key, attempt)
        : count(shared, groupOf(key, limits), attempt)
      return { allowed, retryAfterSeconds }
    },
    async reset(keys) {
      for (const subjects of [open, full]) for (const key of keys) subjects.delete(key)
    },
  }
}

/**
 * Drops subjects whose windows have ended, among the few that were not checked for longest; the others move to the end.
 */
function dropEnded(subjects: Subjects, time: number): void {
  for (const [key, windows] of [...firstOf(subjects, glances)]) {
    subjects.delete(key)
    if (windows.some(({ endsAt }) => endsAt > time)) subjects.set(key, windows)
  }
}

function* firstOf<Entry>(entries: Iterable<Entry>, count: number): Generator<Entry> {
  let taken = 0
  for (const entry of entries) {
    if (taken++ === count) return
    yield entry
  }
}

/** Subjects with other limits never share a counter. */
function groupOf(key: string, limits: readonly Limit[]): string {
  let sum = 0
  for (let index = 0; index < key.length; index++) sum = (sum * 31 + key.charCodeAt(index)) >>> 0
  return `${sum % sharedCounters}/${limits.map(({ limit, windowSeconds }) => `${limit}:${windowSeconds}`).join()}`
}
