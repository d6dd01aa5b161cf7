/** Runs `work`, or shares what is running already under the same key. */
export type SingleFlight<Result> = (key: string, work: () => Promise<Result>) => Promise<Result>

/** Makes concurrent calls under one key one call, within this process. Nothing is kept when it is over. */
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
