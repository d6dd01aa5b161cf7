import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { once } from 'node:events'
import { createKith } from '@kith/core'
import { drawDefaultAvatar } from '@kith/core/adapter'
import type { CaptionWriter } from '@kith/core/ports'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithHttp, createKithRoutes, type RequestRecord } from '@kith/http'
import { createNodeHandler } from '@kith/http/node'
import { expect, onTestFinished, test, vi } from 'vitest'
import { makeLocalMedia } from '../../../test/local-media.ts'

/** A Kith whose captions wait forever, with an image that needs one. */
async function open() {
  const media = await makeLocalMedia()
  onTestFinished(() => media.close())
  const asked = Promise.withResolvers<AbortSignal>()
  const captions: CaptionWriter = {
    name: 'patient',
    suggest(_request, signal) {
      asked.resolve(signal)
      return new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(signal.reason as Error))
      })
    },
  }
  const warn = vi.fn()
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: { memoryKiB: 8, iterations: 1 },
    media: media.options,
    captions,
    logger: { warn, error: warn },
  })
  const { user, session, tokens } = await kith.accounts.register({
    username: 'ana',
    password: 'correct horse',
  })
  const viewer = { userId: user.id, sessionId: session.id }
  const picture = drawDefaultAvatar(user.id)
  const { id } = await kith.uploads.add(
    viewer,
    (async function* () {
      yield picture
    })(),
  )
  const records: RequestRecord[] = []
  return {
    kith,
    viewer,
    picture,
    asked: asked.promise,
    records,
    warn,
    options: { onRequest: (record: RequestRecord) => void records.push(record) },
    path: `/api/v1/media/${id}/captions`,
    headers: { authorization: `Bearer ${tokens.accessToken}` },
  }
}

const cancelled = { status: 499, code: null, clientLeft: true, route: '/api/v1/media/:id/captions' }

test('a client that disconnects stops its caption writer, without an error', async () => {
  const { kith, options, path, headers, asked, records, warn } = await open()
  const handler = createNodeHandler(createKithRoutes(kith, options))
  const server = createServer((...exchange) => void handler(...exchange)).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  const { port } = server.address() as AddressInfo
  const client = request({ port, path, headers, method: 'POST' })
    .on('error', () => {})
    .end()
  const signal = await asked
  expect(signal.aborted).toBe(false)
  client.destroy()
  await expect.poll(() => records).toMatchObject([cancelled])
  expect([signal.aborted, warn.mock.calls]).toEqual([true, []])
})

test('so does an aborted Fetch request', async () => {
  const { kith, options, path, headers, asked, records } = await open()
  const controller = new AbortController()
  const init = { method: 'POST', headers, signal: controller.signal }
  const answering = createKithHttp(kith, options).handle(new Request(`http://localhost${path}`, init))
  await asked
  controller.abort()
  expect((await answering).status).toBe(499)
  expect(records).toMatchObject([cancelled])
})

test('a file whose sender has disconnected is not decoded', async () => {
  const { kith, viewer, picture } = await open()
  const controller = new AbortController()
  async function* bytes(): AsyncGenerator<Uint8Array> {
    yield picture
    controller.abort()
  }
  await expect(kith.uploads.add(viewer, bytes(), { signal: controller.signal })).rejects.toThrow(/abort/)
})
