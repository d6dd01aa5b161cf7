import { IncomingMessage, type ServerResponse } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { bodyOf, hasLeft } from './answer-body.ts'
import { consumedMessage } from './body.ts'
import { own } from './chunk-memory.ts'
import { streamChunks } from './chunk-stream.ts'
import { type RequestHead, requestIdOf as idOf } from './request-head.ts'
import { endStalledAnswer } from './stalled-answer.ts'

export { bodyOf, hasLeft }
export { shutDownOnSignals, type ShutDown, type ShutdownOptions } from './shut-down.ts'

/** A request of Node's own server, as a framework hands it on. */
export interface NodeRequest {
  incoming: IncomingMessage
  /** The body where the framework replaced the raw one, otherwise the raw one; `null` where a parser has read it. */
  body: Readable | null
}

// A `Request` refuses these; one that no route has is answered the same.
const untransferable: Readonly<Record<string, string>> = {
  CONNECT: 'X-CONNECT',
  TRACE: 'X-TRACE',
  TRACK: 'X-TRACK',
}

/**
 * Makes a Fetch request. The body is streamed. Its URL says nothing: the target of the request is handed on beside it, since
 * a URL is read and changed on the way. @throws TypeError where something has read the body already
 */
export function toRequest({ incoming, body }: NodeRequest): Request {
  const method = incoming.method ?? 'GET'
  const sendsBody = method !== 'GET' && method !== 'HEAD' && hasBody(incoming)
  if (sendsBody && body?.readableDidRead) throw new TypeError(consumedMessage)
  return new Request('http://localhost/', {
    method: untransferable[method] ?? method,
    headers: headersOf(incoming),
    ...(sendsBody && body && { body: toWeb(body, incoming), duplex: 'half' as const }),
  })
}

/** The head of a request, for guards: cheaper than a whole Fetch request. */
export function headOf({ method = 'GET', headers }: IncomingMessage): RequestHead {
  return {
    method,
    headers: {
      get(name) {
        const value = headers[name]
        return value === undefined ? null : String(value)
      },
    },
  }
}

/**
 * Writes a Fetch response; resolves when it is sent, or the client has gone. What the host has set before stays. The rest of
 * the request's body may go on for `bodyTimeoutSeconds` then, and a client that takes nothing of the answer for twice as
 * long is left.
 */
export async function sendResponse(
  response: Response,
  outgoing: ServerResponse,
  bodyTimeoutSeconds: number = 30,
): Promise<void> {
  endLate(outgoing, bodyTimeoutSeconds)
  outgoing.statusCode = response.status
  for (const [name, value] of response.headers) {
    if (name === 'set-cookie' || name === 'vary') outgoing.appendHeader(name, value)
    else if (name !== 'connection' || outgoing.req.httpVersionMajor < 2) outgoing.setHeader(name, value)
  }
  const body = bodyOf(response, outgoing)
  if (body === null) {
    outgoing.end()
    return
  }
  try {
    await pipeline(body, outgoing)
  } catch (error) {
    if (!hasLeft(outgoing)) throw error
  }
}

/**
 * Ends what a client holds open: the connection of a request whose body goes on long after its answer, and an answer of
 * which nothing is taken for twice as long. An answer does not wait for the body, and where the host has no time limits of
 * its own, nobody else would wait for an end of either.
 */
export function endLate(outgoing: ServerResponse, seconds: number): void {
  endStalledAnswer(outgoing, 2 * seconds)
  const incoming: IncomingMessage | Http2ServerRequest = outgoing.req
  if (isHttp2(incoming)) return endLateStream(incoming, seconds)
  outgoing.once('finish', () => {
    if (incoming.complete) return
    after(seconds, incoming, () => {
      if (!incoming.complete) incoming.socket.destroy()
    })
  })
}

/** Over HTTP/2 Node does not read what is left, and a stream that holds unread bytes is never closed. */
function endLateStream(incoming: Http2ServerRequest, seconds: number): void {
  const { stream } = incoming
  function letGo(): void {
    // The request first: while it is paused, it pauses the stream.
    incoming.resume()
    stream.resume()
    // More than closed: a reader that has stopped half-way keeps it paused.
    after(seconds, stream, () => stream.destroy())
  }
  // A client that reset the stream has ended it before its answer was there.
  if (stream.writableFinished) letGo()
  // The response is said to be finished only when the whole stream is closed.
  else stream.once('finish', letGo)
}

/** On the request itself: an entry of a `WeakMap` for each request makes garbage collection several times as dear. */
const idKey: unique symbol = Symbol('kith.requestId')

/**
 * The id of a request, as Kith logs and answers it: that of a valid `x-request-id`, that of the host, or a new one. The same for each
 * call with one request.
 */
export function requestIdOf(incoming: IncomingMessage & { [idKey]?: string }, hostId?: unknown): string {
  const own = typeof hostId === 'string' || typeof hostId === 'number' ? String(hostId) : undefined
  return (incoming[idKey] ??= idOf(headOf(incoming), own))
}

function isHttp2(incoming: IncomingMessage | Http2ServerRequest): incoming is Http2ServerRequest {
  return 'stream' in incoming
}

function after(seconds: number, source: Readable, end: () => void): void {
  const timer = setTimeout(end, seconds * 1000).unref()
  source.once('close', () => clearTimeout(timer))
}

function hasBody(incoming: IncomingMessage | Http2ServerRequest): boolean {
  // HTTP/2 frames its bodies: a length may come with them, and need not.
  if (isHttp2(incoming)) return !incoming.stream.endAfterHeaders
  const { headers } = incoming
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}

function headersOf(incoming: IncomingMessage): Headers {
  const headers = new Headers()
  for (const [name, value] of Object.entries(incoming.headers)) {
    // HTTP/2 lists its pseudo-headers among them.
    if (value !== undefined && !name.startsWith(':')) headers.set(name, String(value))
  }
  return headers
}

/** The body as a Fetch request has it. Whoever stops reading leaves the connection open, so that the answer is sent. */
function toWeb(body: Readable, incoming: IncomingMessage): ReadableStream<Uint8Array> {
  const web = streamChunks(body)
  // Node makes each chunk of a body anew. What another made into a request may be cut from something it still needs.
  if (body === incoming && incoming instanceof IncomingMessage && incoming.socket instanceof Socket) own(web)
  return web
}
