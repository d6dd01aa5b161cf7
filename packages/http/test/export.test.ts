import { createServer, get, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithHttp, createKithRoutes } from '@kith/http'
import { createNodeHandler } from '@kith/http/node'
import { expect, onTestFinished, test } from 'vitest'

/** A server with an account that has so many followers that its export exceeds all buffers. */
async function serve() {
  const storage = createMemoryStorage()
  let rows = 0
  const list: typeof storage.edges.list = async ({ kind, node }, { limit }) =>
    Array.from({ length: kind === 'follow' && rows < 40_000 ? limit : 0 }, () => {
      const id = `0-${String(++rows).padStart(9, '0')}`
      return { id, kind, from: `${'f'.repeat(400)}-${rows}`, to: node }
    })
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: { ...storage, edges: { ...storage.edges, list } },
    passwords: { memoryKiB: 8, iterations: 1 },
    limits: { exportByAccount: [] },
  })
  const { tokens } = await kith.accounts.register({ username: 'ana', password: 'correct horse' })
  const http = createKithHttp(kith)
  const headers = { authorization: `Bearer ${tokens.accessToken}` }
  const ask = () => http.handle(new Request('http://localhost/api/v1/users/me/export', { headers }))
  const handler = createNodeHandler(createKithRoutes(kith))
  const server = createServer((...exchange) => void handler(...exchange)).listen(0)
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const { port } = server.address() as AddressInfo
  return { ask, address: { port, path: '/api/v1/users/me/export', headers } }
}

test('an export ends when its client disconnects, and another can start', async () => {
  const { ask, address } = await serve()
  const incoming = await new Promise<IncomingMessage>((got) => void get(address, got))
  expect(incoming.statusCode).toBe(200)
  const busy = await ask()
  expect([busy.status, busy.headers.get('retry-after')]).toEqual([503, '60'])
  expect(await busy.json()).toMatchObject({ code: 'busy' })
  incoming.destroy()
  await expect.poll(async () => (await ask()).status, { timeout: 10_000 }).toBe(200)
})

test('a canceled body also ends its export, and chunks contain many lines', async () => {
  const { ask } = await serve()
  const reader = (await ask()).body?.getReader()
  const { value } = (await reader?.read()) ?? {}
  expect(
    Buffer.from(value ?? [])
      .toString()
      .split('\n').length,
  ).toBeGreaterThan(20)
  await reader?.cancel()
  const again = await ask()
  expect(again.status).toBe(200)
  await again.body?.cancel()
})
