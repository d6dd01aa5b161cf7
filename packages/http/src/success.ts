import type { Answer } from './route.ts'

/** Hears how the stream of an answer ends, once. */
export interface StreamEnd {
  done(): void
  /** It failed while it was sent: the status is out by then, and a client sees no more than a body that is too short. */
  brokeOff(error: unknown): void
  cancelled(): void
}

/** What the response of a route has besides its answer. */
export interface Usual {
  status: number
  requestId: string
}

/** The response of a route when all went well. */
export function toSuccess(
  { body, bytes, stream, headers: own, status }: Answer,
  usual: Usual,
  end: StreamEnd,
): Response {
  const headers: Record<string, string> = {
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'x-request-id': usual.requestId,
    vary: 'Origin',
  }
  if (body) headers['content-type'] = 'application/json'
  if (own) {
    Object.assign(headers, own)
    if (own['vary'] !== undefined) headers['vary'] = `${own['vary']}, Origin`
  }
  const init = { status: status ?? usual.status, headers }
  if (body) return new Response(JSON.stringify(body), init)
  return new Response(stream ? toReadable(stream, end) : (bytes ?? null), init)
}

function toReadable(stream: AsyncIterable<Uint8Array>, end: StreamEnd): ReadableStream<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]()
  let ahead: Promise<IteratorResult<Uint8Array>> | null = null
  let isCancelled = false

  function close(controller: ReadableStreamDefaultController): void {
    controller.close()
    end.done()
  }

  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await (ahead ?? chunks.next())
        if (isCancelled) return
        if (done) return close(controller)
        // One chunk ahead, so that the end comes with the last one: a client that has counted its bytes may be gone before
        // the server asks again, and the connection would not be seen as idle.
        ahead = chunks.next()
        const next = await ahead
        // Whoever left meanwhile misses nothing, and nothing is wrong.
        if (isCancelled) return
        controller.enqueue(value)
        if (next.done) close(controller)
      } catch (error) {
        if (isCancelled) return
        end.brokeOff(error)
        throw error
      }
    },
    async cancel() {
      isCancelled = true
      end.cancelled()
      await chunks.return?.()
    },
  })
}
