import type { Clock } from '../id.ts'
import type { Revocations } from '../sessions/revocations.ts'

interface Entry {
  /** By the clock, in milliseconds since 1970. */
  until: number
  /** By the uptime of this process, which no clock change affects. */
  untilUptime: number
}

/**
 * The denylist of a single process. An entry is removed when the tokens it denies have expired by the clock and that
 * much time has really passed: a clock that ran ahead and was set back revives none.
 */
export function createMemoryRevocations(clock: Clock = () => new Date()): Revocations {
  const denied = new Map<string, Entry>()

  return {
    async revoke(keys, until) {
      const [now, uptime] = [clock().getTime(), performance.now()]
      for (const [id, entry] of denied) {
        // Entries are in insertion order and last about equally long, so the first live one ends the sweep.
        if (entry.until > now || entry.untilUptime > uptime) break
        denied.delete(id)
      }
      const untilUptime = uptime + until.getTime() - now
      for (const key of keys) {
        const before = denied.get(key)
        denied.set(key, {
          until: Math.max(until.getTime(), before?.until ?? 0),
          untilUptime: Math.max(untilUptime, before?.untilUptime ?? 0),
        })
      }
    },
    isRevoked: (key) => denied.has(key),
  }
}
