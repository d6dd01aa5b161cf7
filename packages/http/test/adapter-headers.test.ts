import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import type { GrantedBlobStore } from '@kith/core/ports'
import { createKithHttp, createKithRoutes } from '@kith/http'
import { createNodeHandler } from '@kith/http/node'
import { expect, onTestFinished, test, vi } from 'vitest'

const mediaId = '01998a3c-5f00-7a1b-8c2d-3e4f5a6b7c8d'
const path = `/api/v1/media/files/${mediaId}`

/** A Kith with a file whose blob store signs this URL. */
async function open(address: string) {
  const blobs: GrantedBlobStore = {
    kind: 'granted',
    grant: async () => address,
    put: async () => {},
    remove: async () => {},
    list: async () => ({ blobs: [], next: null }),
    present: async () => [],
  }
  const storage = createMemoryStorage()
  const error = vi.fn()
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage,
    passwords: { memoryKiB: 8, iterations: 1 },
    media: { blobs },
    logger: { warn: error, error },
  })
  const { user } = await kith.accounts.register({ username: 'ana', password: 'correct horse' })
  const measures = {
    width: 1,
    height: 1,
    durationSeconds: null,
    thumbhash: null,
    palette: [],
    lightness: null,
    saturation: null,
    takenAt: null,
  }
  await storage.media.reserve({
    id: mediaId,
    ownerId: user.id,
    kind: 'image',
    contentType: 'image/webp',
    createdAt: new Date(),
    state: 'ready',
    measures,
    attachment: null,
  })
  return { kith, error }
}

test.each(['https://cdn.example/\u2603', 'https://cdn.example/\r\nset-cookie: a=b'])(
  'a URL from an adapter that no header can contain is an internal error: %j',
  async (address) => {
    const { kith, error } = await open(address)
    const response = await createKithHttp(kith).handle(new Request(`http://kith.example${path}`))
    expect(response.status).toBe(500)
    expect(await response.json()).toMatchObject({ code: 'internal-error' })
    expect(error).toHaveBeenCalled()

    const handler = createNodeHandler(createKithRoutes(kith))
    const failed = vi.fn()
    const server = createServer((incoming, outgoing) => {
      handler(incoming, outgoing)?.catch((reason: unknown) => {
        failed(reason)
        outgoing.destroy()
      })
    }).listen(0, '127.0.0.1')
    await once(server, 'listening')
    onTestFinished(() => void server.close())
    const sent = await fetch(`http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`)
    expect(sent.status).toBe(500)
    expect(sent.headers.get('x-request-id')).not.toBeNull()
    await sent.text()
    expect(failed).not.toHaveBeenCalled()
  },
)

test('any other URL is passed on', async () => {
  const { kith } = await open('https://cdn.example/a?b=c')
  const response = await createKithHttp(kith).handle(new Request(`http://kith.example${path}`))
  expect(response.status).toBe(302)
  expect(response.headers.get('location')).toBe('https://cdn.example/a?b=c')
})
