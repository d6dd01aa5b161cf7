import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createDelivery, type Delivered } from './delivery.ts'
import { createLibrary, type Library } from './library.ts'
import { manage, type ManagementTerms } from './management.ts'
import { Refusal } from './refusal.ts'
import { createTokens, type Keys } from './tokens.ts'
import { takeUpload, type UploadTerms } from './uploads.ts'

/** The differences between accounts. */
export interface DoubleOptions {
  /** The limits of the plan, in bytes. @default 25 MiB for images, 100 MiB for videos, as on the free plan */
  limits?: UploadTerms['limits']
  /** @default `A picture.`, immediately */
  describe?: ManagementTerms['describe']
}

/** A double of ImageKit: one account, in memory, on a local port. */
export interface ImageKitDouble extends Keys {
  /** Stands for api.imagekit.io and upload.imagekit.io. */
  url: string
  host: string
  port: number
  /** Stands for `https://ik.imagekit.io/your_imagekit_id`. */
  urlEndpoint: string
  library: Library
  close(): Promise<void>
}

const mebibyte = 1024 * 1024

/**
 * Starts one, written from the public API documentation of ImageKit. It supports the endpoints, parameters and
 * transformations that this package uses and refuses all others. Error messages are those of the documentation,
 * if it has them.
 */
export async function startImageKitDouble(options: DoubleOptions = {}): Promise<ImageKitDouble> {
  const secret = (): string => randomBytes(15).toString('base64url')
  const keys: Keys = { publicKey: `public_${secret()}`, privateKey: `private_${secret()}` }
  const server = createServer((request, response) => {
    answer(request, response).catch((error: unknown) => {
      if (!(error instanceof Refusal)) return void response.destroy(error as Error)
      request.resume()
      send(response, { status: error.status, body: error.body() })
    })
  })
  await once(server.listen(0, '127.0.0.1').unref(), 'listening')
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  const urlEndpoint = `${url}/your_imagekit_id`
  const library = createLibrary()
  const delivery = createDelivery(library, keys.privateKey, urlEndpoint)
  const terms: UploadTerms & ManagementTerms = {
    library,
    urlEndpoint,
    isAuthenticated: ({ headers }) => isAuthenticated(headers.authorization, keys),
    checkToken: createTokens(keys),
    limits: options.limits ?? { image: 25 * mebibyte, video: 100 * mebibyte },
    purge: delivery.purge,
    describe: options.describe ?? (() => ({ text: 'A picture.', afterMillis: 0 })),
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname, search, searchParams } = new URL(request.url ?? '/', url)
    const method = request.method ?? 'GET'
    const [, version] = /^\/api\/(v1|v2)\/files\/upload$/.exec(pathname) ?? []
    if (pathname.startsWith('/your_imagekit_id/') && method === 'GET') {
      const asked = `${pathname}${search}`.slice('/your_imagekit_id/'.length)
      return deliver(response, await delivery.deliver(asked), request.headers.range)
    }
    if (version !== undefined && method === 'POST') {
      const body = await takeUpload(request, version as 'v1' | 'v2', terms)
      return send(response, { status: 200, body })
    }
    if (!terms.isAuthenticated(request))
      throw new Refusal(401, 'Your request does not contain private API key.')
    const asked = { method, path: pathname, query: searchParams, body: await readJson(request) }
    send(response, manage(asked, terms))
  }

  return {
    ...keys,
    url,
    urlEndpoint,
    host: '127.0.0.1',
    port,
    library,
    async close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The private key is the username; the password is ignored. */
function isAuthenticated(header: string | undefined, { privateKey }: Keys): boolean {
  if (header === undefined) return false
  const [name] = Buffer.from(header.replace(/^Basic /, ''), 'base64')
    .toString()
    .split(':')
  if (name === privateKey) return true
  throw new Refusal(403, 'Your account cannot be authenticated.')
}

async function readJson(request: IncomingMessage): Promise<Record<string, unknown>> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  if (parts.length === 0) return {}
  try {
    return JSON.parse(Buffer.concat(parts).toString()) as Record<string, unknown>
  } catch {
    throw new Refusal(400, 'Your request body is no JSON.')
  }
}

function send(response: ServerResponse, { status, body }: { status: number; body: unknown }): void {
  const headers = { 'x-ik-requestid': randomBytes(8).toString('hex'), 'access-control-allow-origin': '*' }
  if (body === null) return void response.writeHead(status, headers).end()
  response.writeHead(status, { ...headers, 'content-type': 'application/json' }).end(JSON.stringify(body))
}

function deliver(response: ServerResponse, { bytes, mime }: Delivered, range: string | undefined): void {
  const headers = {
    'content-type': mime,
    'accept-ranges': 'bytes',
    'cache-control': 'public, s-maxage=31536000, max-age=31536000',
  }
  const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? []
  if (from === undefined) {
    response.writeHead(200, { ...headers, 'content-length': bytes.length }).end(bytes)
    return
  }
  const part = bytes.subarray(Number(from), to ? Number(to) + 1 : undefined)
  const contentRange = `bytes ${from}-${Number(from) + part.length - 1}/${bytes.length}`
  response
    .writeHead(206, { ...headers, 'content-length': part.length, 'content-range': contentRange })
    .end(part)
}
