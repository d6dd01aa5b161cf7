import { once } from 'node:events'
import { createServer, request as forward } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import type { Finished } from '../../../test/blob-samples.ts'
import type { ImageKitDouble } from './double/imagekit-double.ts'
import type { Account } from './imagekit-media.ts'

/** What happens to a request that does not just pass. */
export type Fate =
  | 'pass'
  /** It is carried out, and the connection breaks before its answer. */
  | 'lose-answer'
  /** The connection breaks. */
  | 'reset'
  /** Of the body of its answer only the first half comes, with a proper end. */
  | 'halve'
  /** The same, and then no more. */
  | 'stall-body'
  /** The same, and the connection breaks. */
  | 'cut-body'
  /** Nothing is answered. */
  | 'silence'
  /** It is answered, and not carried out. */
  | { status: number; headers?: Record<string, string>; body?: string }

/** A server in front of the double that passes requests on, headers and bodies as they are, unless told otherwise. */
export interface FaultyFront {
  account: Account
  /** What was asked, such as `DELETE /v1/folder`. */
  readonly seen: string[]
  /** Meets the first requests that match with these fates, from now on. */
  meet(matching: RegExp, fates: readonly Fate[]): void
}

const busy = JSON.stringify({
  message: 'not now',
  help: 'For support kindly contact us at support@imagekit.io .',
})

/** Starts one; it ends with the test. */
export async function startFaultyFront(
  double: ImageKitDouble,
  finished: Finished = onTestFinished,
): Promise<FaultyFront> {
  const seen: string[] = []
  let matching = /^$/
  let fates: Fate[] = []

  const server = createServer((request, response) => {
    const { method, url = '/', headers } = request
    const what = `${method} ${url.split('?')[0]}`
    seen.push(what)
    const fate = matching.test(what) ? (fates.shift() ?? 'pass') : 'pass'
    if (typeof fate === 'object') {
      const { status, body = busy } = fate
      request.resume().once('end', () => {
        response.writeHead(status, { 'content-type': 'application/json', ...fate.headers }).end(body)
      })
      return
    }
    if (fate === 'reset') return void request.destroy()
    if (fate === 'silence') return void request.resume()
    const { host, port } = double
    const upstream = forward({ host, port, method, path: url, headers }, (answer) => {
      if (fate === 'lose-answer') {
        answer.resume().once('end', () => response.destroy())
        return
      }
      if (fate === 'pass') {
        response.writeHead(answer.statusCode ?? 502, answer.headers)
        answer.pipe(response)
        return
      }
      const parts: Buffer[] = []
      answer.on('data', (part: Buffer) => parts.push(part))
      answer.once('end', () => {
        const bytes = Buffer.concat(parts)
        const half = bytes.subarray(0, bytes.length / 2)
        if (fate === 'halve') return void response.writeHead(200).end(half)
        response.writeHead(answer.statusCode ?? 502, answer.headers).write(half, () => {
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
    account: movedTo(double, `http://127.0.0.1:${port}`),
    seen,
    meet(nextMatching, nextFates) {
      matching = nextMatching
      fates = [...nextFates]
    },
  }
}

/** The double, at another address that leads to it. */
export function movedTo(
  { publicKey, privateKey, url, urlEndpoint }: ImageKitDouble,
  origin: string,
): Account {
  return { publicKey, privateKey, url: origin, urlEndpoint: urlEndpoint.replace(url, origin) }
}
