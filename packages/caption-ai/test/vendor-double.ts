import { once } from 'node:events'
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A request as a vendor receives it. */
export interface VendorCall {
  path: string
  headers: IncomingHttpHeaders
  body: Body
}

/** The JSON of a request. Loosely typed: its double checks what a vendor requires. */
export type Body = Record<string, unknown>

/** A response of a vendor. */
export interface VendorReply {
  status: number
  headers?: Readonly<Record<string, string>>
  /** JSON, unless it is already a string. */
  body: object | string
}

/** A network or server failure. */
export type Trouble = VendorReply | 'silence' | 'half an answer' | 'a cut connection'

/** A local server that stands in for a vendor. */
export interface VendorDouble {
  readonly url: string
  /** The calls that arrived completely. */
  readonly calls: VendorCall[]
  /** The failures of the next calls, in order. */
  readonly troubles: Trouble[]
  /** Settles when the client closes a call that has no response yet. */
  readonly abandoned: Promise<void>
  close(): Promise<void>
}

/** Starts one. `answer` gets each call without a failure. */
export async function startVendor(answer: (call: VendorCall) => VendorReply): Promise<VendorDouble> {
  const calls: VendorCall[] = []
  const troubles: Trouble[] = []
  const abandoned = Promise.withResolvers<void>()

  const server = createServer((request, response) => {
    void (async () => {
      const chunks: Buffer[] = []
      for await (const chunk of request) chunks.push(chunk as Buffer)
      const body = JSON.parse(Buffer.concat(chunks).toString()) as Body
      const call = { path: request.url ?? '', headers: request.headers, body }
      calls.push(call)
      response.on('close', () => {
        if (!response.writableFinished) abandoned.resolve()
      })
      send(response, troubles.shift() ?? answer(call))
    })()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    calls,
    troubles,
    abandoned: abandoned.promise,
    async close() {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
}

function send(response: ServerResponse, reply: Trouble): void {
  if (reply === 'silence') return
  if (reply === 'a cut connection') return void response.destroy()
  if (reply === 'half an answer') {
    response.writeHead(200, { 'content-type': 'application/json' })
    return void response.write('{"id": "')
  }
  const { status, headers = {}, body } = reply
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(typeof body === 'string' ? body : JSON.stringify(body))
}

/** The type of an image by its first bytes, as vendors detect it; `null` for types that they do not read. */
export function imageTypeOf(base64: string): string | null {
  const head = Buffer.from(base64, 'base64').subarray(0, 12).toString('latin1')
  if (head.startsWith('\xff\xd8\xff')) return 'image/jpeg'
  if (head.startsWith('\x89PNG\r\n\x1a\n')) return 'image/png'
  if (/^GIF8[79]a/.test(head)) return 'image/gif'
  return /^RIFF[^]{4}WEBP/.test(head) ? 'image/webp' : null
}

/** Every object within a JSON schema, including itself. */
export function objectsOf(schema: unknown): Body[] {
  if (typeof schema !== 'object' || schema === null) return []
  const inner = Object.values(schema).flatMap(objectsOf)
  return 'type' in schema && schema.type === 'object' ? [schema as Body, ...inner] : inner
}
