import type { HitResult, Limit } from './rate-limits.ts'

/** The attempts that were counted in one window of a subject. */
export interface Window {
  seconds: number
  count: number
  /** Milliseconds since 1970. */
  endsAt: number
}

/** The result of an attempt. */
export interface Counted extends HitResult {
  /** The state to store for the subject, even if the attempt was refused. */
  windows: readonly Window[]
  /** Whether a window is at its limit now. */
  full: boolean
}

/** Counts an attempt in all windows of a subject or in none, by the rules of `RateLimits.hit`. */
export function countAttempt(stored: readonly Window[], limits: readonly Limit[], time: number): Counted {
  const [shortest] = limits
  if (!shortest) return { allowed: true, retryAfterSeconds: 0, windows: [], full: false }
  const known = stored.map((window) => notAfter(window, time))
  const found = new Map(known.map((window) => [window.seconds, window]))
  const first = hitWindow(found.get(shortest.windowSeconds), shortest, time)
  const since = first.endsAt - shortest.windowSeconds * 1000

  const after: Window[] = [first]
  for (const limit of limits.slice(1)) {
    const before = found.get(limit.windowSeconds)
    if (before && before.endsAt > time) after.push(hitWindow(before, limit, time))
    else if (first.count > (limit.limit * shortest.windowSeconds) / limit.windowSeconds)
      after.push(before && before.endsAt > since ? hitWindow(undefined, limit, time) : joining(first, limit))
    // An ended window is kept while the shortest lasts, so that its attempts are not counted in the next.
    else if (before && before.endsAt > since) after.push(before)
  }

  const over = after.filter((window) => window.endsAt > time && window.count > limitOf(window, limits))
  if (over.length > 0) {
    const wait = Math.max(...over.map(({ endsAt }) => endsAt)) - time
    return {
      allowed: false,
      retryAfterSeconds: Math.max(1, Math.ceil(wait / 1000)),
      windows: known,
      full: true,
    }
  }
  const full = after.some((window) => window.endsAt > time && window.count >= limitOf(window, limits))
  return { allowed: true, retryAfterSeconds: 0, windows: after, full }
}

/** A clock that was set back must not keep a window open for longer than it lasts. */
function notAfter(window: Window, time: number): Window {
  return { ...window, endsAt: Math.min(window.endsAt, time + window.seconds * 1000) }
}

function hitWindow(before: Window | undefined, { windowSeconds }: Limit, time: number): Window {
  return before && before.endsAt > time
    ? { ...before, count: before.count + 1 }
    : { seconds: windowSeconds, count: 1, endsAt: time + windowSeconds * 1000 }
}

function joining(first: Window, { windowSeconds }: Limit): Window {
  const endsAt = first.endsAt + (windowSeconds - first.seconds) * 1000
  return { seconds: windowSeconds, count: first.count, endsAt }
}

function limitOf({ seconds }: Window, limits: readonly Limit[]): number {
  return limits.find(({ windowSeconds }) => windowSeconds === seconds)?.limit ?? Infinity
}
