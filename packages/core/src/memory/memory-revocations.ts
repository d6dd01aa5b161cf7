import type { Clock } from '../id.ts'
import type { Revocations } from '../sessions/revocations.ts'

interface Entry {
  /** By the clock, in milliseconds since 1970. */
  until: number
  /** By the time that this process has run, which no change of the clock touches. */
  untilUptime: number
}

/**
 * The denylist of a single process. An entry leaves when the tokens it denies have expired by the clock and so much time has
 * really passed: a clock that ran ahead and was set back revives none.
 */
export function createMemoryRevocations(clock: Clock = () => new Date()): Revocations {
  const denied = new Map<string, Entry>()

  return {
    async revoke(keys, until) {
      const [now, uptime] = [clock().getTime(), performance.now()]
      for (const [id, entry] of denied) {
        // Entries stand in the order they were made and last about equally long, so the first live one ends the sweep.
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
