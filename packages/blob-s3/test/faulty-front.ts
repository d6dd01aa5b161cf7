import { once } from 'node:events'
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Finished } from '../../../test/blob-samples.ts'
import type { S3Server } from '../../../test/servers/s3-server.ts'

/** What happens to a request. */
export type Fate =
  | 'pass'
  /** It is carried out, and the connection breaks before its answer. */
  | 'lose-answer'
  /** Nothing is answered. */
  | 'silence'
  /** Half of the body is answered, and then no more. */
  | 'stall-body'
  /** Half of the body is answered, and the connection breaks. */
  | 'cut-body'
  /** It is answered, and not carried out. */
  | { status: number; code: string; body?: string }

/** A server in front of a store that passes requests on, headers and bodies as they are, unless told otherwise. */
export interface FaultyFront {
  server: S3Server
  /** What was asked, such as `PUT blobs/a/original`. */
  readonly seen: string[]
  /** Decides for each request from now on. */
  decide(fate: (what: string) => Fate): void
}

/** Starts one; it ends with the test. */
export async function startFaultyFront(
  store: S3Server,
  prefix: string,
  finished: Finished = onTestFinished,
): Promise<FaultyFront> {
  let decide: (what: string) => Fate = () => 'pass'
  const seen: string[] = []

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', store.endpoint)
    const name = pathname.slice(1 + store.bucket.length + 1).replace(prefix, '')
    const what = [request.method, name, ...searchParams.keys()].join(' ')
    seen.push(what)
    const fate = decide(what)
    if (typeof fate === 'object') {
      request.resume().once('end', () => {
        const { status, code, body = `<Error><Code>${code}</Code><Message>not now</Message></Error>` } = fate
        response.writeHead(status, { 'content-type': 'application/xml' }).end(`<?xml version="1.0"?>${body}`)
      })
      return
    }
    if (fate === 'silence') return void request.resume()
    const { method, url, headers } = request
    const upstream = forward({ host: store.host, port: store.port, method, path: url, headers }, (answer) => {
      if (fate === 'lose-answer') {
        answer.resume().once('end', () => response.destroy())
        return
      }
      response.writeHead(answer.statusCode ?? 502, answer.headers)
      if (fate === 'pass') return void answer.pipe(response)
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('end', () => {
        const body = Buffer.concat(parts)
        response.write(body.subarray(0, body.length / 2), () => {
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
  const { port } = server.address() as AddressInfo
  return {
    server: { ...store, endpoint: `http://127.0.0.1:${port}`, port },
    seen,
    decide: (fate) => void (decide = fate),
  }
}
