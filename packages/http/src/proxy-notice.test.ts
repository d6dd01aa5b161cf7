import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { expect, test } from 'vitest'
import { createKithHttp, type RequestContext } from './index.ts'

/** The log lines of two requests to a Fetch handler. */
async function noticed(headers: Record<string, string>, context: RequestContext): Promise<string[]> {
  const warnings: string[] = []
  const logger = { warn: (line: string) => warnings.push(line), error: console.error }
  const kith = createKith({
    secret: 'GdX4c0Yb9vRk2Lq7Zt1Wm5Pn8Hs3Jf6A',
    storage: createMemoryStorage(),
    logger,
  })
  const http = createKithHttp(kith)
  for (let index = 0; index < 2; index++) {
    const request = new Request('https://app.example/api/v1/openapi.json', { headers })
    expect((await http.handle(request, context)).status).toBe(200)
  }
  return warnings
}

const forwarded = { 'x-forwarded-for': '198.51.100.1' }

test('a Fetch host behind a proxy that passes no IP address gets one warning with the solution', async () => {
  expect(await noticed(forwarded, {})).toEqual([
    expect.stringContaining('`http.handle(request, { address })`'),
  ])
})

test("a host that passes the client's IP address, or has no proxy, gets no warning", async () => {
  expect(await noticed(forwarded, { address: '198.51.100.1', peerAddress: '10.0.0.1' })).toEqual([])
  expect(await noticed({}, {})).toEqual([])
})
