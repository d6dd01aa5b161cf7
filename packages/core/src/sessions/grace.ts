import { type LivedTime, skewMillis } from './lived-time.ts'
import type { SessionRecord } from './session-store.ts'

/**
 * How long the previous token can still be exchanged for the current one. Setting a clock neither extends nor reopens
 * this period: the process that rotated measures its own uptime, others use their clock, give or take two seconds, but
 * not if that time is ambiguous because the clock was set back.
 */
export interface Grace {
  /** This process has just rotated the session to its current generation. */
  begin(session: SessionRecord): void
  /** Whether a token that arrived at this time gets the successor, even if the storage was slow since. */
  isOpen(session: SessionRecord, arrivedAt: Date): boolean
}

interface Rotated {
  generation: number
  at: number
}

/** Creates the memory of the grace period. */
export function createGrace(graceSeconds: number, time: LivedTime): Grace {
  const millis = graceSeconds * 1000
  const skew = Math.min(skewMillis, millis)
  /** In the order of their times. */
  const own = new Map<string, Rotated>()

  return {
    begin({ id, generation }) {
      if (millis === 0) return
      const at = time.steady()
      for (const [each, rotated] of own) {
        if (at - rotated.at <= millis) break
        own.delete(each)
      }
      own.delete(id)
      own.set(id, { generation, at })
    },
    isOpen({ id, generation, rotatedAt }, arrivedAt) {
      if (arrivedAt.getTime() - rotatedAt.getTime() > millis) return false
      const rotated = own.get(id)
      if (rotated?.generation === generation) return time.steady() - rotated.at <= millis
      // The present: another process may have rotated long after the token arrived here, even if all clocks are right.
      const now = time.clock()
      const isBefore = now.getTime() < rotatedAt.getTime() - skew
      return !isBefore && !time.isRepeated(now) && !time.isRepeated(rotatedAt)
    },
  }
}
