import { finished, type Readable } from 'node:stream'

/** A chunk from a connection that is smaller than this is joined with those that follow immediately. */
const smallBytes = 4 * 1024
/** Joined chunks are passed on at this size, or when nothing more is waiting. */
const joinedBytes = 16 * 1024

/**
 * The chunks of a body as they arrived, while the iterator of its stream would join waiting ones, with a copy of each.
 * Only small ones are joined: each chunk costs its readers the same work, and a sender could cut a body into single
 * bytes. Nothing is read before it is requested. A reader that stops leaves the connection open, so that the response
 * is sent; the rest is discarded.
 */
export async function* bodyChunks(source: Readable): AsyncGenerator<Uint8Array, void, undefined> {
  const ready: Uint8Array[] = []
  let small: Uint8Array[] = []
  let size = 0
  let soon: NodeJS.Immediate | undefined
  let end: { error: Error | null } | null = null
  let wake = (): void => {}

  function take(chunk: Uint8Array): void {
    if (chunk.byteLength < smallBytes) {
      small.push(chunk)
      size += chunk.byteLength
      // Bytes in the socket arrive before this.
      if (size < joinedBytes) return void (soon ??= setImmediate(hand))
      return hand()
    }
    hand()
    ready.push(chunk)
  }
  function hand(): void {
    clearImmediate(soon)
    soon = undefined
    source.pause()
    if (small.length > 0) ready.push(Buffer.concat(small, size))
    small = []
    size = 0
    wake()
  }
  const ignoreEnd = finished(source, { writable: false }, (error) => {
    hand()
    end = { error: error ?? null }
  })
  source.pause().on('data', take)
  try {
    for (;;) {
      const chunk = ready.shift()
      if (chunk) yield chunk
      else if (end) break
      else {
        const more = new Promise<void>((resolve) => void (wake = resolve))
        source.resume()
        await more
      }
    }
    const { error } = end as { error: Error | null }
    if (error) throw error
  } finally {
    clearImmediate(soon)
    ignoreEnd()
    source.off('data', take)
    // Over HTTP/2, a stream with unread bytes is never closed.
    source.on('error', () => {}).resume()
  }
}
