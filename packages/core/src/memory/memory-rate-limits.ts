import type { RateLimits } from '../sessions/rate-limits.ts'

interface Window {
  count: number
  endsAt: number
}

/** Attempts counted in this process. Holds at most `maxKeys` windows of each length; past that the oldest go first. */
export function createMemoryRateLimits({ maxKeys = 100_000 }: { maxKeys?: number } = {}): RateLimits {
  // Windows of one length end in the order in which they began, so each map is sorted by its end.
  const byLength = new Map<number, Map<string, Window>>()

  function windowsOf(windowSeconds: number): Map<string, Window> {
    const windows = byLength.get(windowSeconds) ?? new Map<string, Window>()
    byLength.set(windowSeconds, windows)
    return windows
  }

  function open(
    windows: Map<string, Window>,
    key: string,
    { now, endsAt }: { now: number; endsAt: number },
  ): Window {
    windows.delete(key)
    for (const [oldest, window] of windows) {
      if (windows.size < maxKeys && window.endsAt > now) break
      windows.delete(oldest)
    }
    const window = { count: 0, endsAt }
    windows.set(key, window)
    return window
  }

  return {
    async hit(key, { limit, windowSeconds }, now) {
      const time = now.getTime()
      const windows = windowsOf(windowSeconds)
      const current = windows.get(key)
      const window =
        current && current.endsAt > time
          ? current
          : open(windows, key, { now: time, endsAt: time + windowSeconds * 1000 })
      const allowed = window.count < limit
      if (allowed) window.count++
      return { allowed, retryAfterSeconds: Math.max(1, Math.ceil((window.endsAt - time) / 1000)) }
    },
    async reset(keys) {
      for (const windows of byLength.values()) for (const key of keys) windows.delete(key)
    },
  }
}
