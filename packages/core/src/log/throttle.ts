/** Writes a line or counts it. */
export interface Throttle {
  /**
   * Writes the first line of a kind immediately, and of those that follow within a period the last, with the number of
   * omitted lines.
   */
  pass(kind: string, write: (repeated: number) => void): void
  /** Writes held-back lines: at the end of a process. */
  flush(): void
}

interface Kind {
  /** When its last line was written. */
  writtenAt: number
  repeated: number
  write: (repeated: number) => void
}

/** The maximum number of kinds that are tracked; the oldest makes room for a new one. */
const maxKinds = 500

/** Creates the throttle of a log: an error that repeats a thousand times a second is one line per `seconds`. */
export function createThrottle(seconds: number): Throttle {
  const kinds = new Map<string, Kind>()
  let timer: NodeJS.Timeout | null = null

  function writeHeld(kind: Kind): void {
    // The line that is written is one of those.
    if (kind.repeated > 0) kind.write(kind.repeated)
    kind.repeated = 0
    kind.writtenAt = performance.now()
  }

  /** Runs only while kinds are tracked, and keeps no process alive. */
  function watch(): void {
    timer ??= setTimeout(() => {
      timer = null
      const old = performance.now() - seconds * 1000 * 0.99
      for (const [name, kind] of kinds) {
        if (kind.writtenAt > old) continue
        if (kind.repeated === 0) kinds.delete(name)
        else writeHeld(kind)
      }
      if (kinds.size > 0) watch()
    }, seconds * 1000).unref()
  }

  return {
    pass(name, write) {
      const known = kinds.get(name)
      if (known) {
        known.repeated++
        known.write = write
        return
      }
      const [oldest] = kinds
      if (kinds.size >= maxKinds && oldest) {
        writeHeld(oldest[1])
        kinds.delete(oldest[0])
      }
      kinds.set(name, { writtenAt: performance.now(), repeated: 0, write })
      write(0)
      watch()
    },
    flush() {
      for (const kind of kinds.values()) writeHeld(kind)
      kinds.clear()
      if (timer) clearTimeout(timer)
      timer = null
    },
  }
}
