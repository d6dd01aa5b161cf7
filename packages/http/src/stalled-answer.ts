import type { ServerResponse } from 'node:http'
import { streamOfHttp2 } from './client-line.ts'

/**
 * Ends the response of a client that reads nothing of it for this long, with its connection, or its HTTP/2 stream: it
 * holds an open file and buffered data, and Node itself waits forever. A paused player requests the rest again.
 */
export function endStalledAnswer(outgoing: ServerResponse, seconds: number): void {
  const sink = streamOfHttp2(outgoing) ?? outgoing
  const timer = setTimeout(() => {
    // Waiting for its own source, or for earlier responses on the connection, is not the client's fault.
    const isStalled = sink.writableNeedDrain || (sink.writableEnded && !sink.writableFinished)
    if (isStalled && outgoing.socket !== null) sink.destroy()
    else timer.refresh()
  }, seconds * 1000).unref()
  sink.on('drain', () => timer.refresh())
  sink.once('close', () => clearTimeout(timer))
}
