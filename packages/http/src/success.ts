import type { Answer } from './route.ts'

/**
 * The response of a route when all went well. `brokeOff` hears once of a stream that fails while it is sent: the status is
 * out by then, and a client sees no more than a body that is too short.
 */
export function toSuccess(
  { body, bytes, stream, headers, status }: Answer,
  usualStatus: number,
  brokeOff: (error: unknown) => void,
): Response {
  const base = { 'cache-control': 'no-store', 'x-content-type-options': 'nosniff', ...headers }
  const init = { status: status ?? usualStatus, headers: base }
  if (!body) return new Response(stream ? toReadable(stream, brokeOff) : (bytes ?? null), init)
  return new Response(JSON.stringify(body), {
    ...init,
    headers: { 'content-type': 'application/json', ...base },
  })
}

function toReadable(
  stream: AsyncIterable<Uint8Array>,
  brokeOff: (error: unknown) => void,
): ReadableStream<Uint8Array> {
  const chunks = stream[Symbol.asyncIterator]()
  let ahead: Promise<IteratorResult<Uint8Array>> | null = null
  let isCancelled = false
  return new ReadableStream<Uint8Array>({
    async pull(controller) {
      try {
        const { done, value } = await (ahead ?? chunks.next())
        if (isCancelled) return
        if (done) return controller.close()
        // One chunk ahead, so that the end comes with the last one: a client that has counted its bytes may be gone before
        // the server asks again, and the connection would not be seen as idle.
        ahead = chunks.next()
        const next = await ahead
        // Whoever left meanwhile misses nothing, and nothing is wrong.
        if (isCancelled) return
        controller.enqueue(value)
        if (next.done) controller.close()
      } catch (error) {
        if (isCancelled) return
        brokeOff(error)
        throw error
      }
    },
    async cancel() {
      isCancelled = true
      await chunks.return?.()
    },
  })
}
