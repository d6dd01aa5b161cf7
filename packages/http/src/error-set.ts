/** Errors whose records were already written. */
export function createErrorSet(): { has(error: unknown): boolean; add(error: unknown): void } {
  const known = new WeakSet<object>()
  return {
    has: (error) => typeof error === 'object' && error !== null && known.has(error),
    add: (error) => void (typeof error === 'object' && error !== null && known.add(error)),
  }
}
