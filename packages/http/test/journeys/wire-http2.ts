import { type ClientHttp2Session, connect, constants } from 'node:http2'
import type { Send, WireAnswer, WireRequest } from '@kith/conformance'

const protocolError = constants.NGHTTP2_PROTOCOL_ERROR

/** Sends over HTTP/2 without TLS, each request on its own connection. A `chunked` body has no declared length. */
export function sendByHttp2(port: number): Send {
  return async (request) => {
    const session = connect(`http://127.0.0.1:${port}`)
    // The stream of the request has the same errors.
    session.on('error', () => {})
    try {
      return await sendOn(session, request)
    } finally {
      if (request.then === 'stalls') setTimeout(() => session.destroy(), 30_000).unref()
      else session.destroy()
    }
  }
}

function sendOn(session: ClientHttp2Session, request: WireRequest): Promise<WireAnswer> {
  const { body, abort = false, announced, then } = request
  const bytes = Buffer.from(body ?? '')
  return new Promise((resolve, reject) => {
    const stream = session.request(headersOf(request, bytes.byteLength), {
      endStream: body === undefined && announced === undefined,
    })
    const chunks: Buffer[] = []
    const headers = new Headers()
    let status = 0
    stream.on('response', (answered) => {
      status = answered[':status'] ?? 0
      for (const [name, values] of Object.entries(answered)) {
        if (name.startsWith(':')) continue
        for (const value of [values].flat()) headers.append(name, String(value))
      }
    })
    if (then !== undefined) {
      stream.on('response', () => resolve({ ...nothing(), status }))
      stream.on('error', () => {})
      return void stream.end(bytes)
    }
    stream.on('data', (chunk: Buffer) => chunks.push(chunk))
    stream.on('end', () => {
      if (status > 0) resolve({ status, headers, text: Buffer.concat(chunks).toString() })
    })
    // A target that HTTP/2 cannot transmit ends its stream without a response.
    stream.on('error', (error) =>
      abort || stream.rstCode === protocolError ? resolve(nothing()) : status === 0 && reject(error),
    )
    stream.on('close', () => resolve(nothing()))
    if (body === undefined && announced === undefined) return
    if (abort) stream.write(bytes, () => setTimeout(() => stream.close(constants.NGHTTP2_CANCEL), 20))
    else if (announced !== undefined) stream.write(bytes)
    else stream.end(bytes)
  })
}

function headersOf(request: WireRequest, length: number): Record<string, string | string[]> {
  const { method, path, headers, body, chunked = false, announced, abort = false } = request
  const all: Record<string, string | string[]> = { ':method': method, ':path': path }
  for (const [name, given] of headers) {
    const before = all[name]
    // HTTP/2 has no spaces around a value (RFC 9113, 8.2.1).
    const value = given.trim()
    // Node's client sends this header only once.
    if (before === undefined || name === 'authorization') all[name] = before ?? value
    else all[name] = [before, value].flat()
  }
  if (body !== undefined && !chunked) all['content-length'] = String(announced ?? length + (abort ? 1000 : 0))
  return all
}

function nothing(): WireAnswer {
  return { status: 0, headers: new Headers(), text: '' }
}
