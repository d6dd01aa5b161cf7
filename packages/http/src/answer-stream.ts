import { Readable } from 'node:stream'

/** Called once with how a stream ended. */
export interface StreamEnd {
  done(): void
  /** It failed while it was sent, after its status: a client only sees a body that is too short. */
  brokeOff(error: unknown): void
  cancelled(): void
}

/** The body of a response, produced as it is read. Its producer ends with it. */
export function streamOf(source: AsyncIterable<Uint8Array>, end: StreamEnd): Readable {
  const chunks = source[Symbol.asyncIterator]()
  let ahead: Promise<IteratorResult<Uint8Array>> | null = null
  let isOver = false

  return new Readable({
    highWaterMark: 0,
    read() {
      void take(this)
    },
    destroy(error, done) {
      if (!isOver) end.cancelled()
      isOver = true
      const close = (): void => done(error)
      // The producer may be busy: it ends after that.
      Promise.resolve(chunks.return?.()).then(close, close)
    },
  })

  async function take(stream: Readable): Promise<void> {
    try {
      const { done, value } = await (ahead ?? following())
      if (isOver) return
      if (done) return finish(stream)
      // One chunk ahead, so that the end comes with the last one: a client that has counted its bytes may be gone
      // before the server asks again, and the connection would not be seen as idle.
      ahead = following()
      const next = await ahead
      // If the client left meanwhile, nothing is missing and nothing is wrong.
      if (isOver) return
      if (next.done) isOver = true
      stream.push(value)
      if (next.done) finish(stream)
    } catch (error) {
      if (isOver) return
      isOver = true
      end.brokeOff(error)
      stream.destroy(error instanceof Error ? error : new Error('the response was cut off', { cause: error }))
    }
  }

  /** A stream that gets an empty chunk does not ask again. */
  async function following(): Promise<IteratorResult<Uint8Array>> {
    for (;;) {
      const next = await chunks.next()
      if (next.done || next.value.byteLength > 0) return next
    }
  }

  function finish(stream: Readable): void {
    isOver = true
    stream.push(null)
    end.done()
  }
}

/** Ends an unwanted body; resolves when its producer has ended. */
export async function endStream(body: Readable): Promise<void> {
  if (!body.destroy().closed) await new Promise((closed) => body.once('close', closed))
}
