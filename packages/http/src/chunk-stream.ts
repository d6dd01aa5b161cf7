import { finished, type Readable } from 'node:stream'
import { share } from './chunk-memory.ts'

/** A chunk off a connection that is below this is joined with those that come right after it. */
const usuallySmall = 4 * 1024
/** What is joined is handed on when it is this large, or when nothing more is there to join. */
const joinedBytes = 16 * 1024

/**
 * The chunks of a stream as they were pushed into it, where its own iterator joins those that wait into new ones. Only small
 * ones are joined: each costs its readers the same work, and a sender could cut a body into single bytes. Nothing is read
 * before it is asked for, and whoever stops reading leaves the stream open: the rest passes unread.
 */
export function streamChunks(
  source: Readable,
  smallBytes: number = usuallySmall,
): ReadableStream<Uint8Array> {
  let release: () => void

  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let waiting: Uint8Array[] = []
        let size = 0
        let soon: NodeJS.Immediate | undefined

        function take(chunk: Uint8Array): void {
          if (chunk.byteLength >= smallBytes) {
            // Never copied: a copy would leave the memory of the chunk to the collector.
            hand()
            return controller.enqueue(chunk)
          }
          waiting.push(chunk)
          size += chunk.byteLength
          if (size >= joinedBytes) hand()
          // What lies in the socket already comes before this.
          else soon ??= setImmediate(hand)
        }
        function hand(): void {
          clearImmediate(soon)
          soon = undefined
          source.pause()
          const [first] = waiting
          if (first) controller.enqueue(waiting.length === 1 ? first : join(waiting, size))
          waiting = []
          size = 0
        }
        source.pause().on('data', take)
        const ignoreEnd = finished(source, { writable: false }, (error) => {
          if (error) {
            release()
            return controller.error(error)
          }
          hand()
          controller.close()
        })
        release = () => {
          clearImmediate(soon)
          ignoreEnd()
          source.off('data', take)
          // What nobody reads passes: over HTTP/2, a stream that holds unread bytes is never closed.
          source.on('error', () => {}).resume()
        }
      },
      pull() {
        // Another listener is given the same chunks, and may keep them.
        if (source.listenerCount('data') > 1) share(stream)
        source.resume()
      },
      cancel() {
        release()
      },
    },
    { highWaterMark: 0 },
  )
  return stream
}

/** In memory of its own, which can be freed like that of a chunk off a socket. */
function join(chunks: readonly Uint8Array[], size: number): Uint8Array {
  const joined = Buffer.allocUnsafeSlow(size)
  let end = 0
  for (const chunk of chunks) {
    joined.set(chunk, end)
    end += chunk.byteLength
  }
  return joined
}
