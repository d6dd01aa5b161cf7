import { randomBytes } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage } from 'node:http'
import { request, type RequestOptions } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { createLocalBlobs } from '@kith/blob-local'
import { cheapPasswords } from '@kith/conformance'
import { createKith } from '@kith/core'
import { kithExpress } from '@kith/express'
import { createSharpImages } from '@kith/media-sharp'
import { createSqliteStorage } from '@kith/storage-sqlite'
import express from 'express'
import sharp from 'sharp'
import { describe, expect, onTestFinished, test } from 'vitest'
import { host, nginxMissing, startNginx } from './nginx.ts'
import { makeFolder } from './temporary-folder.ts'
import { listen } from './visitor.ts'

/** Another IP address than that of the proxy, which only Linux has without configuration. */
const localAddress = '127.0.0.2'

/** The app behind the proxy, which returns how it sees a request. */
async function startApp(folder: string): Promise<string> {
  const images = createSharpImages()
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createSqliteStorage({ path: join(folder, 'app.db') }),
    passwords: cheapPasswords,
    media: {
      blobs: createLocalBlobs({ directory: join(folder, 'media'), images }),
      images,
      maxImageBytes: 6_000_000,
    },
  })
  onTestFinished(() => kith.close())
  await kith.storage.migrate()
  const app = express()
  app.set('trust proxy', 1)
  app.use(kithExpress(kith).routes)
  app.get('/seen', ({ ip, protocol, host: name, headers }, response) => {
    response.json({ ip, protocol, host: name, forwarded: headers['x-forwarded-for'] })
  })
  return await listen(app)
}

type Call = (path: string, options?: RequestOptions, body?: Uint8Array) => Promise<[number, unknown]>

async function start(): Promise<Call> {
  const folder = makeFolder()
  const { port, ca } = await startNginx(folder, await startApp(folder))
  return async (path, { headers, ...options } = {}, body) => {
    const call = request({
      ...options,
      ...{ host: '127.0.0.1', port, localAddress, ca, servername: host, path, agent: false },
      headers: { host, ...headers },
    })
    // The server may close the connection if it responds before it received everything.
    call.on('error', () => {})
    if (body) call.write(body)
    if (!headers || !('content-length' in headers) || body) call.end()
    else call.flushHeaders()
    const [answer] = (await once(call, 'response')) as [IncomingMessage]
    const content = await text(answer)
    call.destroy()
    const { statusCode = 0 } = answer
    return [statusCode, /json/.test(answer.headers['content-type'] ?? '') ? JSON.parse(content) : content]
  }
}

/** A picture that no format compresses. */
function noise(edge: number): Promise<Buffer> {
  const raw = { width: edge, height: edge, channels: 3 } as const
  return sharp(randomBytes(edge * edge * 3), { raw })
    .png({ compressionLevel: 0 })
    .toBuffer()
}

describe.skipIf(nginxMissing)('behind nginx (needs nginx and openssl on Linux)', () => {
  test('headers that a client invents have no effect', async () => {
    const call = await start()
    const seen = { ip: localAddress, protocol: 'https', host, forwarded: localAddress }
    expect(await call('/seen')).toEqual([200, seen])
    const headers = {
      'x-forwarded-for': '203.0.113.9',
      'x-forwarded-proto': 'http',
      'x-forwarded-host': 'evil.example',
      forwarded: 'for=203.0.113.9;host=evil.example',
    }
    expect(await call('/seen', { headers })).toEqual([200, seen])
  })

  test('uploads work, up to the limits of Kith and of nginx', async () => {
    const call = await start()
    const [status, { tokens }] = (await call(
      '/api/v1/users/register',
      { method: 'POST', headers: { 'content-type': 'application/json' } },
      Buffer.from(JSON.stringify({ username: 'ada', password: 'correct horse', transport: 'bearer' })),
    )) as [number, { tokens: { accessToken: string } }]
    expect(status).toBe(201)
    const headers = {
      authorization: `Bearer ${tokens.accessToken}`,
      'content-type': 'application/octet-stream',
    }
    const upload = (picture: Buffer): ReturnType<Call> =>
      call(
        '/api/v1/media',
        { method: 'POST', headers: { ...headers, 'content-length': picture.length } },
        picture,
      )

    const picture = await noise(1_300)
    expect(picture.length).toBeGreaterThan(5_000_000)
    expect(await upload(picture)).toMatchObject([201, { width: 1_300 }])
    expect(await upload(await noise(1_700))).toMatchObject([413, { code: 'media-too-large' }])
    // Refused by its declared length.
    const tooLong = { ...headers, 'content-length': 102 * 1024 * 1024 }
    expect(await call('/api/v1/media', { method: 'POST', headers: tooLong })).toEqual([
      413,
      expect.stringContaining('nginx'),
    ])
  })
})
