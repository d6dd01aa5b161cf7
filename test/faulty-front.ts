import { once } from 'node:events'
import { createServer, type IncomingMessage, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Finished } from './blob-samples.ts'

/** What happens to a request, beside the refusals that a vendor has. */
export type Fate<Refusal> =
  | 'pass'
  /** It is carried out, and the connection breaks before its response. */
  | 'lose-answer'
  /** The connection is reset before it is carried out. */
  | 'reset'
  /** Nothing is answered. */
  | 'silence'
  /** Of the body of its response only the first half comes, with a proper end. */
  | 'halve'
  /** The same, and then no more. */
  | 'stall-body'
  /** The same, and the connection breaks. */
  | 'cut-body'
  /** It is answered, and not carried out. */
  | Refusal

/** What a front answers by itself. */
interface OwnAnswer {
  status: number
  headers: Readonly<Record<string, string>>
  body: string
}

/** A server in front of another that passes requests on, headers and bodies as they are, unless told otherwise. */
export interface Front<Refusal> {
  readonly port: number
  readonly origin: string
  /** What was asked, by the names that were given to it. */
  readonly seen: string[]
  /** How many left before they had their response. */
  readonly left: number
  /** Decides for each request from now on. */
  decide(fate: (what: string) => Fate<Refusal>): void
}

/** What a front stands before, and how it speaks. */
export interface FrontForm<Refusal> {
  host: string
  port: number
  /** What a request is called in {@link Front.seen}. */
  nameOf(request: IncomingMessage): string
  answer(refusal: Refusal): OwnAnswer
  finished?: Finished | undefined
}

/** Starts one; it ends with the test. */
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
