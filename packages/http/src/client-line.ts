import type { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Http2ServerRequest, Http2Stream } from 'node:http2'

/** Ends with a connection, or with an HTTP/2 stream. */
const waiting = new WeakMap<EventEmitter, Set<() => void>>()

/** Whether the client is gone and can no longer get the response. */
export function hasLeft(outgoing: ServerResponse): boolean {
  return outgoing.destroyed || lineOf(outgoing).destroyed
}

/**
 * Calls `leave` when the client of a response goes away before it has it. Node's response does not always report that:
 * one that waits behind others on its connection, and one whose stream was reset before it began, emit nothing.
 */
export function whenLeft(outgoing: ServerResponse, leave: () => void): void {
  if (hasLeft(outgoing)) return leave()
  const line = lineOf(outgoing)
  const others = waiting.get(line) ?? watch(line)
  others.add(leave)
  outgoing.once('close', () => {
    others.delete(leave)
    if (!outgoing.writableFinished) leave()
  })
}

/** One listener, however many responses wait. */
function watch(line: EventEmitter): Set<() => void> {
  const leaves = new Set<() => void>()
  waiting.set(line, leaves)
  const leave = (): void => leaves.forEach((each) => each())
  // A stream that was reset closes only when everything written before is sent, which may never happen.
  line.once('close', leave).once('aborted', leave)
  return leaves
}

/** The stream of a response over HTTP/2; `null` over HTTP/1. */
export function streamOfHttp2({ req }: ServerResponse): Http2Stream | null {
  const incoming: object = req
  return 'stream' in incoming ? (incoming as Http2ServerRequest).stream : null
}

function lineOf(outgoing: ServerResponse): EventEmitter & { destroyed: boolean } {
  return streamOfHttp2(outgoing) ?? outgoing.req.socket
}
