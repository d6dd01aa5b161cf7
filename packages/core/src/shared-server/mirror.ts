/** A session whose tokens are denied, and until when, in milliseconds of `performance.now()` of this process. */
export type Entry = readonly [sessionId: string, endsAt: number]

/** This process's copy of the denylist. */
export interface Mirror {
  has(sessionId: string): boolean
  /** The number of entries. */
  size(): number
  /** Keeps the later of two ends. */
  add(entry: Entry): void
  /** The entries that have not ended at `now`. */
  live(now: number): Entry[]
  /** Removes ended entries. */
  sweep(now: number): void
}

/** Creates an empty mirror. */
export function createMirror(): Mirror {
  // Roughly in the order of their ends, since all last about equally long.
  const ends = new Map<string, number>()

  return {
    has: (sessionId) => ends.has(sessionId),
    size: () => ends.size,
    add([sessionId, endsAt]) {
      if ((ends.get(sessionId) ?? 0) >= endsAt) return
      ends.delete(sessionId)
      ends.set(sessionId, endsAt)
    },
    live: (now) => [...ends].filter(([, endsAt]) => endsAt > now),
    sweep(now) {
      // An entry out of order waits for those before it.
      for (const [sessionId, endsAt] of ends) {
        if (endsAt > now) break
        ends.delete(sessionId)
      }
    },
  }
}
