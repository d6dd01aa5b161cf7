/** Redis has not answered in time. What was asked may still happen. */
export class DeadlineError extends Error {
  override readonly name = 'DeadlineError'

  constructor(millis: number) {
    super(`Redis has not answered within ${millis} ms`)
  }
}

/** Waits for `work`, but not longer than this. @throws DeadlineError */
export async function within<Answer>(work: Promise<Answer>, millis: number): Promise<Answer> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    // If this process itself was busy, the answer may be waiting in the socket: it is read before `setImmediate` runs.
    const fail = (): void => reject(new DeadlineError(millis))
    timer = setTimeout(() => setImmediate(fail), millis)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
