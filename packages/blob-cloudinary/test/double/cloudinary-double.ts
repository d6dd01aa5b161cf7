import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createSharpImages } from '@kith/media-sharp'
import { answerAdmin, demandKey } from './admin.ts'
import { type CachedFile, createAssets, type DoubleAssets } from './assets.ts'
import { createDelivery } from './delivery.ts'
import { DoubleRefusal, refuse } from './refuse.ts'
import { demandSigned, type DoubleAccount } from './signatures.ts'
import { createUploads, type DoubleLimits, type SentForm } from './uploads.ts'

/** A double of Cloudinary, written from its documentation: it makes the documented checks, and stores the bytes. */
export interface CloudinaryDouble {
  account: DoubleAccount
  tokenKey: string
  /** The URL of the API; the CDN is at `/res/<cloud>` of the same server. */
  apiUrl: string
  deliveryUrl: string
  host: string
  port: number
  assets: DoubleAssets
  /** How many uploads in parts were started but not completed. */
  unfinished(): number
  /** The requests so far, such as `POST /v1_1/cloud/image/upload`. */
  readonly seen: string[]
  /** The caption of a picture. @default a sentence */
  describe: (bytes: Buffer) => unknown
  close(): Promise<void>
}

/** How it differs from an account on the free plan. */
export interface DoubleOptions extends Partial<DoubleLimits> {
  /** Whether transformations have to be signed. */
  isStrict?: boolean
}

// Starting its processes takes longer than most requests to a double.
const images = createSharpImages()

/** Starts one in this process, without keeping the process alive. */
export async function startDouble(options: DoubleOptions = {}): Promise<CloudinaryDouble> {
  const account: DoubleAccount = {
    cloudName: `cloud-${randomBytes(4).toString('hex')}`,
    apiKey: String(100_000_000_000_000 + randomBytes(4).readUInt32BE()),
    apiSecret: randomBytes(20).toString('base64url'),
  }
  const tokenKey = randomBytes(32).toString('hex')
  const assets = createAssets()
  const { isStrict = false, ...limits } = options
  const free = { imageBytes: 10_485_760, videoBytes: 104_857_600, rawBytes: 10_485_760 }
  const uploads = createUploads({ account, assets, images, limits: { ...free, ...limits } })
  const delivery = createDelivery({ account, assets, images, tokenKey, isStrict })
  const seen: string[] = []

  async function answer(request: IncomingMessage, url: URL): Promise<Record<string, unknown> | CachedFile> {
    const { method = 'GET', headers } = request
    const [, root, ...parts] = url.pathname.split('/').map(decodeURIComponent)
    if (root === 'res') return await delivery.deliver(url)
    if (root === 'v2') return await analyze(request, parts)
    const [cloud = '', resourceType = '', action = ''] = parts
    if (root !== 'v1_1') refuse(404, 'Not found')
    if (cloud !== account.cloudName) refuse(401, 'cloud_name mismatch')
    if (resourceType === 'resources') {
      demandKey(headers.authorization, account)
      // Deletions have their parameters in the body, as a URL-encoded form.
      const query =
        method === 'GET' ? url.searchParams : new URLSearchParams((await collect(request)).toString())
      return answerAdmin(assets, method, { parts: parts.slice(2), query })
    }
    if (action === 'download' && method === 'GET')
      return await delivery.download(resourceType, Object.fromEntries(url.searchParams))
    if (method !== 'POST') refuse(404, 'Not found')
    const form = await readForm(request)
    if (action === 'upload') return await uploads.upload(resourceType, form)
    if (action === 'destroy') return destroy(resourceType, form.params)
    return refuse(404, 'Not found')
  }

  function destroy(resourceType: string, params: SentForm['params']): Record<string, unknown> {
    demandSigned(params, account)
    const { public_id: publicId, type = 'upload', invalidate } = params
    if (publicId === undefined) refuse(400, 'Missing required parameter - public_id')
    const asset = assets.get(resourceType, type, publicId)
    if (asset) assets.remove(asset, invalidate === 'true')
    return { result: asset ? 'ok' : 'not found' }
  }

  /** https://cloudinary.com/documentation/analyze_api_reference */
  async function analyze(
    request: IncomingMessage,
    parts: readonly string[],
  ): Promise<Record<string, unknown>> {
    if (parts.join('/') !== `analysis/${account.cloudName}/analyze/captioning`) refuse(404, 'Not found')
    demandKey(request.headers.authorization, account)
    const body = JSON.parse((await collect(request)).toString()) as { source?: { uri?: string } }
    const { uri } = body.source ?? {}
    if (uri === undefined) refuse(400, 'missing parameters')
    const picture = await fetch(uri)
    if (!picture.ok) refuse(400, 'The asset could not be fetched')
    const caption = double.describe(Buffer.from(await picture.arrayBuffer()))
    const analysis = { data: { caption }, model_version: 1 }
    return {
      request_id: randomBytes(16).toString('hex'),
      data: { entity: uri, analysis },
      limits: { items: [] },
    }
  }

  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', `http://127.0.0.1`)
    seen.push(`${request.method} ${url.pathname}`)
    // Pages of any site may upload files.
    response.setHeader('access-control-allow-origin', '*')
    answer(request, url).then(
      (told) => reply(response, told, request.headers.range),
      (error: unknown) => {
        const { status, message } =
          error instanceof DoubleRefusal ? error : { status: 500, message: String(error) }
        request.resume()
        response.writeHead(status, {
          'content-type': 'application/json',
          'x-cld-error': message.replace(/[^ -~]/g, '?'),
        })
        response.end(url.pathname.startsWith('/res/') ? '' : JSON.stringify({ error: { message } }))
      },
    )
  })
  server.listen(0, '127.0.0.1').unref()
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const apiUrl = `http://127.0.0.1:${port}`
  const double: CloudinaryDouble = {
    account,
    tokenKey,
    apiUrl,
    deliveryUrl: `${apiUrl}/res/${account.cloudName}`,
    host: '127.0.0.1',
    port,
    assets,
    unfinished: () => uploads.unfinished.size,
    seen,
    describe: () => 'A cat sitting on a table',
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
  return double
}

function reply(response: ServerResponse, told: Record<string, unknown> | CachedFile, range?: string): void {
  if (!isFile(told)) {
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(told))
    return
  }
  const { contentType, bytes } = told
  const [, from, to] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '')?.map(Number) ?? []
  const part = from === undefined || to === undefined ? bytes : bytes.subarray(from, to + 1)
  response.writeHead(part === bytes ? 200 : 206, {
    'content-type': contentType,
    'content-length': part.length,
  })
  response.end(part)
}

function isFile(told: Record<string, unknown> | CachedFile): told is CachedFile {
  return Buffer.isBuffer(told['bytes'])
}

/** Of two fields with one name, the later one counts. */
async function readForm(request: IncomingMessage): Promise<SentForm> {
  const { headers } = request
  const body = await collect(request)
  const type = headers['content-type'] ?? ''
  const form = await new Response(body, { headers: { 'content-type': type } }).formData().catch(() => null)
  if (!form) refuse(400, 'Invalid multipart body')
  const params: Record<string, string> = {}
  let file: File | null = null
  for (const [name, value] of form) {
    if (typeof value === 'string') params[name] = value
    else if (name === 'file') file = value
  }
  const header = (name: string): string | null => [headers[name]].flat()[0] ?? null
  return { params, file, range: header('content-range'), uploadId: header('x-unique-upload-id') }
}

async function collect(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
