import { KithError } from '@kith/core'

/** How long a body may keep its reader waiting, in total. */
export interface BodyPace {
  /** The allowance of any body. */
  graceSeconds: number
  /**
   * The allowance that each byte adds, as a rate; 0 for none. Sending faster builds up an allowance of up to three
   * times the grace.
   */
  bytesPerSecond: number
}

/**
 * Reads a body that must arrive at a minimum pace. Only waiting for the sender counts, not a slow reader. A caller that
 * stops reading releases the body. @throws request-timeout
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
      // Later than the timer should have fired: this process was blocked, and it is unknown when the chunk arrived.
      const stoodStill = waited > credit + 50
      if (!stoodStill) credit = Math.max(0, credit - waited)
      if (bytesPerSecond > 0)
        credit = Math.min(credit + (value.byteLength / bytesPerSecond) * 1000, 3 * grace)
      yield value
    }
  } finally {
    // Not awaited, since a stalled sender may block that too.
    chunks.return?.().catch(() => {})
  }
}

async function within<Result>(milliseconds: number, result: Promise<Result>): Promise<Result> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_resolve, reject) => {
    // What arrived while this process was blocked is read before the timer counts.
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
