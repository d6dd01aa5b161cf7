/** Knows what is under way. */
export function inFlight(): {
  has(name: string): boolean
  during<Answer>(name: string, work: () => Promise<Answer>): Promise<Answer>
} {
  const running = new Map<string, number>()
  return {
    has: (name) => (running.get(name) ?? 0) > 0,
    async during(name, work) {
      running.set(name, (running.get(name) ?? 0) + 1)
      try {
        return await work()
      } finally {
        running.set(name, (running.get(name) ?? 1) - 1)
      }
    },
  }
}

/** A batch verb that once, when two calls meet, claims a row that the other one has changed. */
export function claimingOnce(
  step: (limit: number) => Promise<number>,
  claimed: { done: boolean; running: number },
): (limit: number) => Promise<number> {
  return async (limit) => {
    claimed.running++
    const changed = await step(limit)
    const lies = changed === 0 && claimed.running > 1 && !claimed.done
    claimed.done ||= lies
    claimed.running--
    return lies ? 1 : changed
  }
}
