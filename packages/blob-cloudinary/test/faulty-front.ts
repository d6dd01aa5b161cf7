import { once } from 'node:events'
import { createServer, type IncomingMessage, request as forward, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { CloudinaryDouble } from './double/cloudinary-double.ts'

/** What happens to a request instead of an answer. */
export type Fate =
  | 'pass'
  /** It is carried out, and nobody learns of it. */
  | 'lose-answer'
  /** The connection is reset before it is carried out. */
  | 'reset'
  /** Nothing is answered. */
  | 'silence'
  /** Half of the body is answered, and then no more. */
  | 'stall-body'
  /** Half of the body is answered, and the connection ends. */
  | 'cut-body'
  /** It is refused. */
  | { status: number; message: string; headers?: Record<string, string> }

/** A server in front of the double that passes requests on, as they are, unless told otherwise. */
export interface FaultyFront {
  apiUrl: string
  /** What was asked, such as `POST image/upload bytes 0-5/-1`. */
  readonly seen: string[]
  /** How many left before they had their answer. */
  readonly left: number
  /** Decides for each request from now on. */
  decide(fate: (what: string) => Fate): void
}

/** Starts one; it ends with the test. */
export async function startFaultyFront({ host, port, account }: CloudinaryDouble): Promise<FaultyFront> {
  let decide: (what: string) => Fate = () => 'pass'
  const seen: string[] = []
  let left = 0

  function pass(request: IncomingMessage, response: ServerResponse, fate: Fate): void {
    const { method, url, headers } = request
    const upstream = forward({ host, port, method, path: url, headers }, (answer) => {
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.on('end', () => {
        const body = Buffer.concat(parts)
        if (fate === 'lose-answer') return void response.destroy()
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        if (fate === 'pass') return void response.end(body)
        response.write(body.subarray(0, body.length / 2), () => {
          if (fate === 'cut-body') response.destroy()
        })
      })
    })
    upstream.once('error', () => response.destroy())
    request.pipe(upstream)
  }

  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    const name = path.replace(`/v1_1/${account.cloudName}/`, '')
    const what = [request.method, name, request.headers['content-range']].filter(Boolean).join(' ')
    seen.push(what)
    const fate = decide(what)
    response.once('close', () => {
      if (!response.writableFinished) left++
    })
    if (fate === 'reset') return void request.socket.resetAndDestroy()
    if (fate === 'silence') return void request.resume()
    if (typeof fate === 'string') return pass(request, response, fate)
    const { status, message, headers } = fate
    request.resume().once('end', () => {
      const head = { 'content-type': 'application/json', 'x-cld-error': message, ...headers }
      response.writeHead(status, head).end(JSON.stringify({ error: { message } }))
    })
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  onTestFinished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port: own } = server.address() as AddressInfo
  return {
    apiUrl: `http://127.0.0.1:${own}`,
    seen,
    get left() {
      return left
    },
    decide: (fate) => void (decide = fate),
  }
}
