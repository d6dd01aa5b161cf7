import { type LivedTime, skewMillis } from './lived-time.ts'
import type { SessionRecord } from './session-store.ts'

/**
 * For how long the token before the current one still gets the current one. A clock that is set neither widens that nor opens it
 * again: by a process that rotated itself it is given for as long as it has really run since, by others as long as their clock
 * says, give or take two seconds, but not where that stands for two moments, since it was set back.
 */
export interface Grace {
  /** This process has just rotated the session to the generation that it has now. */
  begin(session: SessionRecord): void
  /** Whether a token that arrived at this time gets the successor, though the storage may have taken its time since. */
  isOpen(session: SessionRecord, arrivedAt: Date): boolean
}

interface Rotated {
  generation: number
  at: number
}

/** Creates the memory of the grace. */
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
      // The present: another process may have rotated long after the token arrived here, which no clock has to be wrong for.
      const now = time.clock()
      const isBefore = now.getTime() < rotatedAt.getTime() - skew
      return !isBefore && !time.isRepeated(now) && !time.isRepeated(rotatedAt)
    },
  }
}
