import { KithError } from '@kith/core'

/** How long a body may keep its reader waiting, all its waits together. */
export interface BodyPace {
  /** What any body has. */
  graceSeconds: number
  /** What each byte adds, as a rate; 0 for nothing. What was sent faster is saved up, to three times the grace. */
  bytesPerSecond: number
}

/**
 * Reads a body that has to keep a pace. Only waiting for the sender counts: a reader that is slow itself is not charged to
 * it. A caller that stops reading lets go of the body. @throws request-timeout
 */
export async function* readPaced(
  body: AsyncIterable<Uint8Array>,
  { graceSeconds, bytesPerSecond }: BodyPace,
): AsyncGenerator<Uint8Array, void, undefined> {
  const chunks = body[Symbol.asyncIterator]()
  const grace = graceSeconds * 1000
  let credit = grace
  try {
    for (;;) {
      const asked = performance.now()
      const { done, value } = await within(credit, chunks.next())
      if (done) return
      const waited = performance.now() - asked
      // Later than the timer should have been: this process stood still, and nobody knows when the chunk came.
      const stoodStill = waited > credit + 50
      if (!stoodStill) credit = Math.max(0, credit - waited)
      if (bytesPerSecond > 0)
        credit = Math.min(credit + (value.byteLength / bytesPerSecond) * 1000, 3 * grace)
      yield value
    }
  } finally {
    // Not waited for, since a sender that has stopped may keep that waiting too.
    chunks.return?.().catch(() => {})
  }
}

async function within<Result>(milliseconds: number, result: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    // What has come while this process stood still is read before the timer counts.
    timer = setTimeout(() => setImmediate(() => reject(tooSlow())), milliseconds)
  })
  try {
    return await Promise.race([result, late])
  } finally {
    clearTimeout(timer)
  }
}

function tooSlow(): KithError {
  return new KithError('request-timeout', { detail: 'Send the request again over a faster connection.' })
}
