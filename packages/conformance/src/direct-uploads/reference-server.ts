import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Rendition, ServedBlobStore } from '@kith/core/ports'
import { allows, type Policy, unseal } from './policy.ts'

/** A file that was sent and waits. */
export interface StagedFile {
  bytes: Buffer
  stagedAt: Date
}

interface Served {
  secret: string
  clock: () => Date
  blobs: ServedBlobStore
  staged: Map<string, StagedFile>
}

/** A request. The policy says what is allowed. */
type Asked = Required<Omit<Policy, 'until'>>

interface Sent {
  asked: Asked
  bytes: Buffer
  policy: string
  signature: string
}

/**
 * The HTTP side of the reference host: `POST /staged` with a form, `PUT /staged/:key`, and
 * `GET /blobs/:key/:rendition`. Anything that its signed policy does not allow is a 403.
 */
export function serveReference({ secret, clock, blobs, staged }: Served): {
  origin: Promise<string>
  close(): Promise<void>
} {
  function isAllowed({ asked, policy, signature }: Omit<Sent, 'bytes'>): boolean {
    const unsealed = unseal(secret, { policy, signature })
    return unsealed !== null && allows(unsealed, asked, clock())
  }

  async function take(sent: Sent): Promise<number> {
    if (!isAllowed(sent)) return 403
    staged.set(sent.asked.key, { bytes: sent.bytes, stagedAt: clock() })
    return 204
  }

  async function give(url: URL, response: ServerResponse): Promise<void> {
    const [, , key = '', rendition = ''] = url.pathname.split('/')
    const asked = { key, rendition, contentType: '', size: 0 }
    const form = rendition === '' ? null : ({ rendition: rendition as Rendition, format: 'webp' } as const)
    const blob = isAllowed({ asked, ...sealOf(url) }) ? await blobs.read(key, form, () => null) : null
    if (!blob) return void response.writeHead(403).end()
    response.writeHead(200, { 'content-type': blob.contentType, 'content-length': blob.size })
    for await (const part of blob.bytes) response.write(part)
    response.end()
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', 'http://localhost')
    if (request.method === 'GET') return give(url, response)
    const sent = request.method === 'POST' ? await readForm(request) : await readBody(request, url)
    response.writeHead(sent ? await take(sent) : 400).end()
  }

  const server = createServer((request, response) => {
    answer(request, response).catch(() => response.writeHead(500).end())
  })
  server.listen(0, '127.0.0.1').unref()
  const listening = once(server, 'listening')
  return {
    origin: listening.then(() => `http://127.0.0.1:${(server.address() as AddressInfo).port}`),
    async close() {
      await listening
      server.close()
      server.closeAllConnections()
    },
  }
}

async function readForm(request: IncomingMessage): Promise<Sent | null> {
  const headers = { 'content-type': request.headers['content-type'] ?? '' }
  const form = await new Response(await collect(request), { headers }).formData()
  const field = (name: string): string => {
    const value = form.get(name)
    return typeof value === 'string' ? value : ''
  }
  const file = form.get('file')
  if (typeof file === 'string' || !file) return null
  const bytes = Buffer.from(await file.arrayBuffer())
  const asked = { key: field('key'), contentType: field('contentType'), size: bytes.length, rendition: '' }
  return { asked, bytes, policy: field('policy'), signature: field('signature') }
}

async function readBody(request: IncomingMessage, url: URL): Promise<Sent> {
  const bytes = await collect(request)
  const [, , key = ''] = url.pathname.split('/')
  const contentType = request.headers['content-type'] ?? ''
  return { asked: { key, contentType, size: bytes.length, rendition: '' }, bytes, ...sealOf(url) }
}

function sealOf({ searchParams }: URL): { policy: string; signature: string } {
  return { policy: searchParams.get('policy') ?? '', signature: searchParams.get('signature') ?? '' }
}

async function collect(request: IncomingMessage): Promise<Buffer<ArrayBuffer>> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return Buffer.concat(parts)
}
