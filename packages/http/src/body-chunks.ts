import { finished, type Readable } from 'node:stream'

/** A chunk off a connection that is below this is joined with those that come right after it. */
const smallBytes = 4 * 1024
/** What is joined is handed on when it is this large, or when nothing more is there to join. */
const joinedBytes = 16 * 1024

/**
 * The chunks of a body as they came, where the iterator of its stream joins those that wait, a copy of each. Only small ones are
 * joined: each costs its readers the same work, and a sender could cut a body into single bytes. Nothing is read before it is
 * asked for. A reader that stops leaves the connection open, so that the response is sent: the rest passes unread.
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
      // What lies in the socket already comes before this.
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
    // Over HTTP/2, a stream that holds unread bytes is never closed.
    source.on('error', () => {}).resume()
  }
}
