/** Measures how long the event loop is blocked. */
export interface EventLoopWatch {
  /** The longest block since the last reading, in seconds; `null` for the first, which starts the watch. */
  longest(): number | null
}

const tickMillis = 20

/**
 * Creates a watch. It starts with the first reading, so a process in which nobody reads has no timer. Not Node's
 * `monitorEventLoopDelay`: a block during its reset is lost, and a probe arrives exactly where one long block ends and
 * the next begins.
 */
export function createEventLoopWatch(): EventLoopWatch {
  let last: number | null = null
  let longest = 0

  function look(): void {
    const now = performance.now()
    longest = Math.max(longest, now - (last ?? now) - tickMillis)
    last = now
  }

  return {
    longest() {
      if (last === null) {
        setInterval(look, tickMillis).unref()
        look()
        return null
      }
      look()
      const seconds = longest / 1000
      longest = 0
      return seconds
    },
  }
}
