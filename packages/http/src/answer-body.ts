import type { EventEmitter } from 'node:events'
import type { ServerResponse } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { Readable } from 'node:stream'

/** The bodies that end with a connection, or with a stream of HTTP/2. */
const bodies = new WeakMap<EventEmitter, Set<Readable>>()

/**
 * The body of a response as a stream that ends with its client; `null` where there is none, or the client has gone already.
 * The response of Node does not always say so: one that waits behind others on its connection, and one whose stream was
 * reset before it began, hear of no end, and would keep what their body has open.
 */
export function bodyOf({ body }: Response, outgoing: ServerResponse): Readable | null {
  if (body === null) return null
  if (hasLeft(outgoing)) {
    body.cancel().catch(() => {})
    return null
  }
  const readable = Readable.fromWeb(body)
  const line = lineOf(outgoing)
  const open = bodies.get(line) ?? openOn(line)
  open.add(readable)
  readable.once('close', () => open.delete(readable))
  return readable
}

/** Whether nobody is there any more who could get the answer. */
export function hasLeft(outgoing: ServerResponse): boolean {
  return outgoing.destroyed || lineOf(outgoing).destroyed
}

function openOn(line: EventEmitter): Set<Readable> {
  const open = new Set<Readable>()
  bodies.set(line, open)
  // One listener, however many answers wait.
  const leave = (): void => open.forEach((body) => void body.destroy())
  // A stream that was reset is closed only when what was written before is out, which it may never be.
  line.once('close', leave).once('aborted', leave)
  return open
}

function lineOf({ req }: ServerResponse): EventEmitter & { destroyed: boolean } {
  const incoming: object = req
  return 'stream' in incoming ? (incoming as Http2ServerRequest).stream : req.socket
}
