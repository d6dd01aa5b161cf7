import type { Clock } from '../id.ts'

/** The wall clock, watched against the time that this process has run, which nobody can set. */
export interface LivedTime {
  /** Shows the time, and notices where the clock was set: all of one Kith read it here. */
  readonly clock: Clock
  /** Milliseconds that only ever grow. */
  steady(): number
  /** Whether the clock showed this time before, and was set back since; or stood past it when this process began. */
  isRepeated(time: Date): boolean
}

interface Stretch {
  from: number
  to: number
}

/** What clocks are corrected by in daily life, and differ by between machines. */
export const skewMillis = 2_000
/** So many stretches are kept apart; past that the oldest two become one. */
const maxStretches = 50

/**
 * Watches a clock. Between two looks it should go on as fast as the process runs; where it did not, it was set, and the stretch of
 * time that it showed until then is kept. Nobody looks for the process: what happened between two looks is not known.
 */
export function createLivedTime(clock: Clock, steady: () => number = () => performance.now()): LivedTime {
  const before: Stretch[] = []
  const began = clock().getTime()
  let [last, lastSteady] = [began, steady()]
  let current: Stretch = { from: began, to: began }

  function look(): Date {
    const now = clock()
    const [time, at] = [now.getTime(), steady()]
    const expected = last + at - lastSteady
    current.to = Math.max(current.to, expected)
    if (Math.abs(time - expected) > skewMillis) {
      before.push(current)
      if (before.length > maxStretches) before.splice(0, 2, joined(before.slice(0, 2)))
      current = { from: time, to: time }
    }
    ;[last, lastSteady] = [time, at]
    return now
  }

  return {
    clock: look,
    steady,
    isRepeated(date) {
      const time = date.getTime()
      if (time < began - skewMillis) return true
      // Small steps back add up within a stretch, too.
      const isBehind = time >= current.from && time < current.to - skewMillis
      return isBehind || before.some(({ from, to }) => time >= from && time <= to)
    },
  }
}

function joined(stretches: readonly Stretch[]): Stretch {
  return {
    from: Math.min(...stretches.map(({ from }) => from)),
    to: Math.max(...stretches.map(({ to }) => to)),
  }
}
