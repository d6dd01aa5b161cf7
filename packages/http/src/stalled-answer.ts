import type { ServerResponse } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import type { Writable } from 'node:stream'

/**
 * Ends the answer of a client that takes nothing of it for so long, with its connection, or its stream over HTTP/2: it holds
 * an open file and what is written ahead, and Node itself waits without end. A player that pauses asks for the rest again.
 */
export function endStalledAnswer(outgoing: ServerResponse, seconds: number): void {
  const sink = sinkOf(outgoing)
  const timer = setTimeout(() => {
    if (isStalled(sink, outgoing)) sink.destroy()
    else timer.refresh()
  }, seconds * 1000).unref()
  sink.on('drain', () => timer.refresh())
  sink.once('close', () => clearTimeout(timer))
}

function sinkOf(outgoing: ServerResponse): Writable {
  const incoming: object = outgoing.req
  return 'stream' in incoming ? (incoming as Http2ServerRequest).stream : outgoing
}

/** Waiting for its own source, or for the answers before it on one connection, is not the client's doing. */
function isStalled(sink: Writable, { socket }: ServerResponse): boolean {
  if (socket === null) return false
  return sink.writableNeedDrain || (sink.writableEnded && !sink.writableFinished)
}
