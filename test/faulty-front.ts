import { once } from 'node:events'
import { createServer, type IncomingMessage, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Finished } from './blob-samples.ts'

/** What happens to a request, in addition to the refusals of a vendor. */
export type Fate<Refusal> =
  | 'pass'
  /** It is carried out, and the connection breaks before the response. */
  | 'lose-answer'
  /** The connection is reset before it is carried out. */
  | 'reset'
  /** There is no response. */
  | 'silence'
  /** Only the first half of the response body is sent, with a regular end. */
  | 'halve'
  /** The same, but then the response stalls. */
  | 'stall-body'
  /** The same, and the connection breaks. */
  | 'cut-body'
  /** There is a response, but it is not carried out. */
  | Refusal

/** A response by the front itself. */
interface OwnAnswer {
  status: number
  headers: Readonly<Record<string, string>>
  body: string
}

/** A server in front of another one that passes on requests, headers and bodies unchanged, unless configured otherwise. */
export interface Front<Refusal> {
  readonly port: number
  readonly origin: string
  /** The requests so far, by the names they were given. */
  readonly seen: string[]
  /** How many clients left before they had their response. */
  readonly left: number
  /** Decides on each request from now on. */
  decide(fate: (what: string) => Fate<Refusal>): void
}

/** The server behind a front, and its protocol. */
export interface FrontForm<Refusal> {
  host: string
  port: number
  /** The name of a request in {@link Front.seen}. */
  nameOf(request: IncomingMessage): string
  answer(refusal: Refusal): OwnAnswer
  finished?: Finished | undefined
}

/** Starts one that stops after the test. */
export async function startFront<Refusal extends object>({
  host,
  port,
  nameOf,
  answer,
  finished = onTestFinished,
}: FrontForm<Refusal>): Promise<Front<Refusal>> {
  let decide: (what: string) => Fate<Refusal> = () => 'pass'
  let left = 0
  const seen: string[] = []
  const server = createServer((request, response) => {
    const what = nameOf(request)
    seen.push(what)
    const fate = decide(what)
    response.once('close', () => {
      if (!response.writableFinished) left++
    })
    if (fate === 'reset') return void request.socket.resetAndDestroy()
    if (fate === 'silence') return void request.resume()
    if (typeof fate === 'object') {
      const { status, headers, body } = answer(fate)
      return void request.resume().once('end', () => response.writeHead(status, headers).end(body))
    }
    const { method, url, headers } = request
    const upstream = forward({ host, port, method, path: url, headers }, (found) => {
      if (fate === 'lose-answer') return void found.resume().once('end', () => response.destroy())
      const head = [found.statusCode ?? 502, found.headers] as const
      if (fate === 'pass') return void found.pipe(response.writeHead(...head))
      const parts: Buffer[] = []
      found.on('data', (part: Buffer) => parts.push(part))
      found.once('end', () => {
        const bytes = Buffer.concat(parts)
        const half = bytes.subarray(0, bytes.length / 2)
        if (fate === 'halve') return void response.writeHead(head[0]).end(half)
        response.writeHead(...head).write(half, () => {
          if (fate === 'cut-body') response.destroy()
        })
      })
    })
    upstream.once('error', () => response.destroy())
    request.pipe(upstream)
  })
  await once(server.listen(0, '127.0.0.1'), 'listening')
  finished(() => {
    server.close()
    server.closeAllConnections()
  })
  const { port: own } = server.address() as AddressInfo
  return {
    port: own,
    origin: `http://127.0.0.1:${own}`,
    seen,
    get left() {
      return left
    },
    decide: (next) => void (decide = next),
  }
}
