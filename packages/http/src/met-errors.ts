/** What is known of errors that were met. */
export interface MetErrors {
  /** Notes that the record of the request was written that this error ended: a framework may hand it to its error handler as well. */
  record(error: unknown): void
  isRecorded(error: unknown): boolean
  /** Notes when the check began that this error ended: the record of a refused request of the host is opened after it. */
  note(error: unknown, started: number): void
  startOf(error: unknown): number | undefined
}

/** Creates it. */
export function createMetErrors(): MetErrors {
  const recorded = new WeakSet<object>()
  const starts = new WeakMap<object, number>()
  return {
    record: (error) => void (isObject(error) && recorded.add(error)),
    isRecorded: (error) => isObject(error) && recorded.has(error),
    note: (error, started) => void (isObject(error) && starts.set(error, started)),
    startOf: (error) => (isObject(error) ? starts.get(error) : undefined),
  }
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}
