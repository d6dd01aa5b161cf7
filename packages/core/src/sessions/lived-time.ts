import type { Clock } from '../id.ts'

/** The wall clock, checked against the uptime of this process, which nobody can set. */
export interface LivedTime {
  /** Returns the time, and detects when the clock was set: everything in one Kith reads it here. */
  readonly clock: Clock
  /** Milliseconds that only grow. */
  steady(): number
  /** Whether the clock has shown this time before and was set back since, so that the time is ambiguous. */
  isRepeated(time: Date): boolean
}

/** A period that the clock went through without being set. */
interface Stretch {
  from: number
  to: number
  /** The earliest time that the clock was set back to since. */
  setBackTo: number
}

/** Routine corrections of clocks, and differences between machines. */
export const skewMillis = 2_000
/** The maximum number of separate periods; beyond it the two oldest are merged. */
const maxStretches = 50

/**
 * Watches a clock. Between two readings it should advance as fast as the process runs; otherwise it was set. Everything
 * before this process counts as lived. There are no readings in the background: a clock that was set forth and back
 * between two readings is not detected.
 */
export function createLivedTime(clock: Clock, steady: () => number = () => performance.now()): LivedTime {
  const before: Stretch[] = []
  let [last, lastSteady] = [clock().getTime(), steady()]
  let current: Stretch = { from: -Infinity, to: last, setBackTo: Infinity }

  function begin(time: number): void {
    before.push(current)
    if (before.length > maxStretches) before.splice(0, 2, joined(before.slice(0, 2)))
    current = { from: time, to: time, setBackTo: Infinity }
  }

  function look(): Date {
    const now = clock()
    const [time, at] = [now.getTime(), steady()]
    const expected = last + at - lastSteady
    current.to = Math.max(current.to, expected)
    if (time > expected + skewMillis) begin(time)
    // Measured from the latest time, so that small steps add up.
    else if (time < current.to - skewMillis) {
      begin(time)
      for (const stretch of before) stretch.setBackTo = Math.min(stretch.setBackTo, time)
    }
    ;[last, lastSteady] = [time, at]
    return now
  }

  return {
    clock: look,
    steady,
    isRepeated(date) {
      const time = date.getTime()
      return before.some(
        ({ from, to, setBackTo }) =>
          time >= Math.max(from, setBackTo - skewMillis) && time <= to + skewMillis,
      )
    },
  }
}

function joined(stretches: readonly Stretch[]): Stretch {
  return {
    from: Math.min(...stretches.map(({ from }) => from)),
    to: Math.max(...stretches.map(({ to }) => to)),
    setBackTo: Math.min(...stretches.map(({ setBackTo }) => setBackTo)),
  }
}
