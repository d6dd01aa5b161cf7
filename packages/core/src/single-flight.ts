/** Runs `work`, or shares a running call with the same key. */
export type SingleFlight<Result> = (key: string, work: () => Promise<Result>) => Promise<Result>

/** Merges concurrent calls with one key into one call, within this process. The result is not cached. */
export function createSingleFlight<Result>(): SingleFlight<Result> {
  const running = new Map<string, Promise<Result>>()
  return (key, work) => {
    const found = running.get(key)
    if (found) return found
    const flight = work().finally(() => running.delete(key))
    running.set(key, flight)
    return flight
  }
}
