/** Watches how long the event loop is held. */
export interface EventLoopWatch {
  /** The longest that it was held since the last reading, in seconds; `null` at the first, which begins to watch. */
  longest(): number | null
}

const tickMillis = 20

/**
 * Creates a watch. It begins at the first reading, so a process in which nobody reads has no timer. Not `monitorEventLoopDelay`
 * of Node: what is held while that is reset is lost, and a probe comes just where one long hold ends and the next begins.
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
