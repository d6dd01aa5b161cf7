import { finished, type Readable } from 'node:stream'
import { share } from './chunk-memory.ts'

/**
 * The chunks of a stream as they were pushed into it, where its own iterator joins those that wait into new ones. Nothing
 * is read before it is asked for, and whoever stops reading leaves the stream open: the rest passes unread.
 */
export function streamChunks(source: Readable): ReadableStream<Uint8Array> {
  let release: () => void

  const stream = new ReadableStream<Uint8Array>(
    {
      start(controller) {
        function hand(chunk: Uint8Array): void {
          source.pause()
          controller.enqueue(chunk)
        }
        source.pause().on('data', hand)
        const ignoreEnd = finished(source, { writable: false }, (error) =>
          error ? controller.error(error) : controller.close(),
        )
        release = () => {
          ignoreEnd()
          source.off('data', hand)
        }
      },
      pull() {
        // Another listener is given the same chunks, and may keep them.
        if (source.listenerCount('data') > 1) share(stream)
        source.resume()
      },
      cancel() {
        release()
        source.on('error', () => {}).resume()
      },
    },
    { highWaterMark: 0 },
  )
  return stream
}
