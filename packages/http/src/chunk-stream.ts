import { finished, type Readable } from 'node:stream'

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

  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        let waiting: Uint8Array[] = []
        let size = 0
        let soon: NodeJS.Immediate | undefined

        function take(chunk: Uint8Array): void {
          if (chunk.byteLength >= smallBytes) {
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
          if (first) controller.enqueue(waiting.length === 1 ? first : Buffer.concat(waiting, size))
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
        source.resume()
      },
      cancel() {
        release()
      },
    },
    { highWaterMark: 0 },
  )
}
