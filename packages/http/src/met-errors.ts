/** Errors that were met: their records were written. */
export function createErrorSet(): { has(error: unknown): boolean; add(error: unknown): void } {
  const known = new WeakSet<object>()
  return {
    has: (error) => typeof error === 'object' && error !== null && known.has(error),
    add: (error) => void (typeof error === 'object' && error !== null && known.add(error)),
  }
}

/** When the checks began that ended in these errors: the record of a refused request of the host is opened after them. */
export function createBeginnings(): {
  note<Result>(check: () => Promise<Result>): Promise<Result>
  of(error: unknown): number | undefined
} {
  const known = new WeakMap<object, number>()
  return {
    async note(check) {
      const started = performance.now()
      try {
        return await check()
      } catch (error) {
        if (error instanceof Error) known.set(error, started)
        throw error
      }
    },
    of: (error) => (error instanceof Error ? known.get(error) : undefined),
  }
}
