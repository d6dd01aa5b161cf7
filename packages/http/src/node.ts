import type { Socket } from 'node:net'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Http2ServerRequest } from 'node:http2'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Logger, Viewer } from '@kith/core'
import { bodyChunks } from './body-chunks.ts'
import { consumedMessage } from './body.ts'
import { hasLeft, whenLeft } from './client-line.ts'
import type { HttpAnswer } from './http-answer.ts'
import { type HttpRequest, type RequestHead, requestIdOf as idOf } from './http-request.ts'
import type { KithRoutes } from './kith-routes.ts'
import { endStalledAnswer } from './stalled-answer.ts'
import { addToVary } from './vary.ts'

export { addToVary } from './vary.ts'
export { shutDownOnSignals, type ShutDown, type ShutdownOptions } from './shut-down.ts'

/** The head of a request: one object, since an entire guard takes less than a microsecond. */
class IncomingHead implements RequestHead {
  readonly incoming: IncomingMessage
  readonly host: object

  constructor(incoming: IncomingMessage, host: object = incoming) {
    this.incoming = incoming
    this.host = host
  }

  get target(): string | undefined {
    return targetOf(this.incoming)
  }

  get method(): string {
    return this.incoming.method ?? 'GET'
  }

  get headers(): RequestHead['headers'] {
    return this
  }

  /** A header. */
  get(name: string): string | null {
    const value = this.incoming.headers[name]
    if (typeof value === 'string') return value
    return value === undefined ? null : String(value)
  }
}

/** A framework may have stripped its mount path from `url`. */
function targetOf({ originalUrl, url }: IncomingMessage & { originalUrl?: string }): string | undefined {
  return originalUrl ?? url
}

/** A request of Node's own server. A framework extends it with its own data. Everything is computed on demand. */
export class NodeRequest extends IncomingHead implements HttpRequest {
  readonly outgoing: ServerResponse
  #signal: AbortSignal | undefined

  /** @param host the framework's request, if it is another object */
  constructor(incoming: IncomingMessage, outgoing: ServerResponse, host?: object) {
    super(incoming, host)
    this.outgoing = outgoing
  }

  get id(): string {
    return requestIdOf(this.incoming)
  }

  get logger(): Logger | undefined {
    return undefined
  }

  get address(): string | undefined {
    return this.incoming.socket.remoteAddress
  }

  get peerAddress(): string | undefined {
    return this.incoming.socket.remoteAddress
  }

  get parsedBody(): unknown {
    return undefined
  }

  /** The body if a framework has replaced the raw one. */
  protected get source(): Readable {
    return this.incoming
  }

  body(): AsyncIterable<Uint8Array> | null {
    const { method, source } = this
    if (method === 'GET' || method === 'HEAD' || !hasBody(this.incoming)) return null
    if (source.readableDidRead) throw new TypeError(consumedMessage)
    return bodyChunks(source)
  }

  hasLeft(): boolean {
    return hasLeft(this.outgoing)
  }

  get signal(): AbortSignal {
    if (this.#signal) return this.#signal
    const controller = new AbortController()
    this.#signal = controller.signal
    whenLeft(this.outgoing, () => controller.abort())
    return this.#signal
  }
}

/** Handles the requests of a server without a framework; `null` for one that is not Kith's, which is not touched. */
export type NodeHandler = (incoming: IncomingMessage, outgoing: ServerResponse) => Promise<void> | null

/** Creates it: `createServer((incoming, outgoing) => void (handler(incoming, outgoing) ?? outgoing.writeHead(404).end()))`. */
export function createNodeHandler(routes: KithRoutes): NodeHandler {
  return (incoming, outgoing) => {
    const match = routes.find(incoming.url ?? '', incoming.method ?? 'GET')
    if (!match) return null
    return routes
      .answer(new NodeRequest(incoming, outgoing), match)
      .then((answer) => sendAnswer(answer, outgoing, routes.bodyTimeoutSeconds))
  }
}

/** The head of a request, for guards. `host` is the framework's request, if it is another object. */
export function headOf(incoming: IncomingMessage, host?: object): RequestHead {
  return new IncomingHead(incoming, host)
}

/** The input of a host's guards. */
export type GuardCheck = (head: RequestHead) => Viewer | null | Promise<Viewer | null>

/**
 * Writes a response; resolves when it is sent, or the client is gone. Headers that the host has set stay, and if it has
 * responded meanwhile nothing is written. The rest of the request's body may then take `bodyTimeoutSeconds`, and a
 * client that reads nothing of the response for twice as long is disconnected.
 */
export async function sendAnswer(
  { status, headers, body }: HttpAnswer,
  outgoing: ServerResponse,
  bodyTimeoutSeconds: number = 30,
): Promise<void> {
  // By its own time limit.
  if (outgoing.headersSent) {
    if (body instanceof Readable) body.destroy()
    return
  }
  outgoing.statusCode = status
  for (const name in headers) {
    const value = headers[name] as string | string[]
    if (name === 'set-cookie') outgoing.appendHeader(name, value)
    else if (name === 'vary') outgoing.setHeader(name, varyOf(outgoing, String(value)))
    else if (name !== 'connection' || outgoing.req.httpVersionMajor < 2) outgoing.setHeader(name, value)
  }
  if (body instanceof Readable) {
    endLate(outgoing, bodyTimeoutSeconds)
    endWithClient(body, outgoing)
    // Node's pipeline adds seven of them: with ours and those of a host more than the ten at which Node warns of a
    // leak.
    const most = outgoing.getMaxListeners()
    if (most > 0) outgoing.setMaxListeners(most + 10)
    try {
      await pipeline(body, outgoing)
    } catch (error) {
      if (!hasLeft(outgoing)) throw error
    }
    return
  }
  if (body === null) outgoing.end()
  else outgoing.end(body)
  endLate(outgoing, bodyTimeoutSeconds)
}

function varyOf(outgoing: ServerResponse, more: string): string {
  const vary = outgoing.getHeader('vary')
  return addToVary(typeof vary === 'number' ? undefined : vary, more)
}

/** Ends the body of a response with its client, and if the host has sent something else. */
export function endWithClient(body: Readable, outgoing: ServerResponse): void {
  whenLeft(outgoing, () => body.destroy())
  outgoing.once('close', () => body.destroy())
}

/**
 * Ends what a client holds open: the connection of a request whose body continues long after its response, and a
 * response of which nothing is read for twice as long. A response does not wait for the body, and if the host has no
 * time limits, nothing else would end either.
 */
export function endLate(outgoing: ServerResponse, seconds: number): void {
  const incoming: IncomingMessage | Http2ServerRequest = outgoing.req
  if (isHttp2(incoming)) {
    endStalledAnswer(outgoing, 2 * seconds)
    return endLateStream(incoming, seconds)
  }
  if (!isOut(outgoing)) endStalledAnswer(outgoing, 2 * seconds)
  if (incoming.complete) return
  outgoing.once('finish', () => {
    if (incoming.complete) return
    after(seconds, incoming, () => {
      // An injected request, as in tests, does not have a real socket.
      if (!incoming.complete) (incoming.socket as Partial<Socket> | null)?.destroy?.()
    })
  })
}

/** Whether the entire response was passed to the system: then there is no need to wait for the client. */
function isOut({ writableEnded, socket }: ServerResponse): boolean {
  return writableEnded && socket !== null && socket.writableLength === 0
}

/** Over HTTP/2 Node does not read the rest, and a stream with unread bytes is never closed. */
function endLateStream(incoming: Http2ServerRequest, seconds: number): void {
  const { stream } = incoming
  function letGo(): void {
    // The request first: while it is paused, it pauses the stream.
    incoming.resume()
    stream.resume()
    // More than closed: a reader that has stopped halfway keeps it paused.
    after(seconds, stream, () => stream.destroy())
  }
  // A client that reset the stream has ended it before its response existed.
  if (stream.writableFinished) letGo()
  // The response is reported as finished only when the entire stream is closed.
  else stream.once('finish', letGo)
}

/** On the request itself: a `WeakMap` entry per request makes garbage collection several times as expensive. */
const idKey: unique symbol = Symbol('kith.requestId')

/**
 * The id of a request, as Kith logs it and the response has it: a valid `x-request-id`, that of the host, or a new one.
 * The same for each call with one request.
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
  // HTTP/2 frames its bodies: a length is optional.
  if (isHttp2(incoming)) return !incoming.stream.endAfterHeaders
  const { headers } = incoming
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0
}
