import { request as httpRequest } from 'node:http'

/** A request as sent over the wire: nothing is added, normalized or refused on the way. */
export interface WireRequest {
  method: string
  /** Path and query, unchanged. */
  path: string
  /** In order; a name may be repeated. */
  headers: readonly (readonly [name: string, value: string])[]
  body?: string | Uint8Array | undefined
  /** Sends the body without its length. */
  chunked?: boolean | undefined
  /** Disconnects in the middle of the body; there is no response then. */
  abort?: boolean | undefined
  /** Announces a body of this many bytes, unless it is chunked, and holds the rest back until there is a response. */
  announced?: number | undefined
  /** What the client does once the response begins: `leaves` disconnects, `stalls` stays and reads nothing of it. */
  then?: 'leaves' | 'stalls' | undefined
}

/** The response. The status is 0 if the request was aborted. */
export interface WireAnswer {
  status: number
  headers: Headers
  text: string
}

/** Sends requests to one server. */
export type Send = (request: WireRequest) => Promise<WireAnswer>

/** A client that reads nothing of its response disconnects by then, so that nothing waits for it after a test. */
const longestStall = 30_000

/** Sends over a socket, to a server that listens on this port of this machine. */
export function sendByHttp(port: number): Send {
  return ({ method, path, headers, body, chunked = false, abort = false, announced, then }) =>
    new Promise((resolve, reject) => {
      const bytes = Buffer.from(body ?? '')
      const length = ['content-length', String(announced ?? bytes.byteLength + (abort ? 1000 : 0))]
      const framing = chunked ? ['transfer-encoding', 'chunked'] : length
      const raw = [
        ['host', `localhost:${port}`],
        ...headers,
        ...(body === undefined && method === 'GET' ? [] : [framing]),
      ]
      const outgoing = httpRequest({
        host: '127.0.0.1',
        port,
        method,
        path,
        headers: raw.flat() as never,
        agent: false,
      })
      let answered = false
      outgoing.on('response', (incoming) => {
        answered = true
        const status = incoming.statusCode ?? 0
        if (then !== undefined) {
          if (then === 'leaves') outgoing.destroy()
          else setTimeout(() => outgoing.destroy(), longestStall).unref()
          return resolve({ ...nothing(), status })
        }
        const chunks: Buffer[] = []
        incoming.on('data', (chunk: Buffer) => chunks.push(chunk))
        incoming.on('error', reject)
        incoming.on('end', () => {
          const pairs = incoming.rawHeaders.flatMap((name, index, all) =>
            index % 2 === 0 ? [[name, all[index + 1] ?? ''] as [string, string]] : [],
          )
          resolve({ status, headers: new Headers(pairs), text: Buffer.concat(chunks).toString() })
          if (announced !== undefined) outgoing.destroy()
        })
      })
      // A server may respond and close before it has read everything: the response counts.
      outgoing.on('error', (error) => {
        if (abort) resolve(nothing())
        else if (!answered) reject(error)
      })
      if (abort) outgoing.write(bytes, () => setTimeout(() => outgoing.destroy(), 20))
      else if (announced !== undefined) outgoing.write(bytes)
      else outgoing.end(bytes)
    })
}

/** Passes requests to a Fetch handler in this process, without a socket. */
export function sendByFetch(handle: (request: Request) => Promise<Response>): Send {
  return async ({ method, path, headers, body, chunked = false, abort = false, announced, then }) => {
    const pairs = headers.map(([name, value]) => [name, value] as [string, string])
    if (body !== undefined && !chunked)
      pairs.push(['content-length', String(announced ?? Buffer.byteLength(body))])
    const end = abort ? 'error' : announced === undefined ? 'close' : 'none'
    const response = await handle(
      new Request(`http://localhost${path}`, {
        method,
        headers: pairs,
        ...(body !== undefined && { body: streamOf(Buffer.from(body), end), duplex: 'half' as const }),
      }),
    )
    const { status } = response
    if (then === 'leaves') {
      const reader = response.body?.getReader()
      await reader?.read()
      await reader?.cancel()
    }
    if (then !== undefined) return { ...nothing(), status }
    return abort ? nothing() : { status, headers: response.headers, text: await response.text() }
  }
}

function streamOf(bytes: Uint8Array, end: 'close' | 'error' | 'none'): ReadableStream<Uint8Array> {
  let sent = false
  return new ReadableStream<Uint8Array>({
    pull(controller) {
      if (!sent) controller.enqueue(bytes)
      else if (end === 'error') controller.error(new Error('the client disconnected'))
      else if (end === 'close') controller.close()
      sent = true
    },
  })
}

function nothing(): WireAnswer {
  return { status: 0, headers: new Headers(), text: '' }
}
