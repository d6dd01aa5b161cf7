/**
 * Shares a query among all callers before it is sent, so that its result is never older than their call. At most one is
 * running, and all who call meanwhile share the next one.
 */
export function joined<Result>(ask: () => Promise<Result>): () => Promise<Result> {
  let current: Promise<unknown> = Promise.resolve()
  let next: Promise<Result> | null = null
  return () => {
    next ??= current.then(() => {
      next = null
      const asked = ask()
      current = asked.catch(() => {})
      return asked
    })
    return next
  }
}
