import type { ServerResponse } from 'node:http'
import { streamOfHttp2 } from './client-line.ts'

/**
 * Ends the response of a client that takes nothing of it for so long, with its connection, or its stream over HTTP/2: it holds
 * an open file and what is written ahead, and Node itself waits without end. A player that pauses asks for the rest again.
 */
export function endStalledAnswer(outgoing: ServerResponse, seconds: number): void {
  const sink = streamOfHttp2(outgoing) ?? outgoing
  const timer = setTimeout(() => {
    // Waiting for its own source, or for the responses before it on one connection, is not the client's doing.
    const isStalled = sink.writableNeedDrain || (sink.writableEnded && !sink.writableFinished)
    if (isStalled && outgoing.socket !== null) sink.destroy()
    else timer.refresh()
  }, seconds * 1000).unref()
  sink.on('drain', () => timer.refresh())
  sink.once('close', () => clearTimeout(timer))
}
