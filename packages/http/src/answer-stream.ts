import { Readable } from 'node:stream'

/** Hears how a stream ends, once. */
export interface StreamEnd {
  done(): void
  /** It failed while it was sent: the status is out by then, and a client sees no more than a body that is too short. */
  brokeOff(error: unknown): void
  cancelled(): void
}

/** The body of a response, made as it is read. What makes it ends with it. */
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
      // What makes the chunks may be at work: it ends behind that.
      Promise.resolve(chunks.return?.()).then(close, close)
    },
  })

  async function take(stream: Readable): Promise<void> {
    try {
      const { done, value } = await (ahead ?? following())
      if (isOver) return
      if (done) return finish(stream)
      // One chunk ahead, so that the end comes with the last one: a client that has counted its bytes may be gone before
      // the server asks again, and the connection would not be seen as idle.
      ahead = following()
      const next = await ahead
      // A client that left meanwhile misses nothing, and nothing is wrong.
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

  /** A stream that gets an empty chunk is not asked again. */
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

/** Ends a body that nobody wants; resolves when what made it has ended. */
export async function endStream(body: Readable): Promise<void> {
  if (!body.destroy().closed) await new Promise((closed) => body.once('close', closed))
}
