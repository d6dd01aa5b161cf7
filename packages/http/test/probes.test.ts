import { createKith, RetryLaterError } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithHttp } from '@kith/http'
import { expect, test } from 'vitest'

function makeHttp(check: () => Promise<string | null>) {
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: { ...createMemoryStorage(), check },
    logger: { warn() {}, error() {} },
  })
  return createKithHttp(kith)
}

const down = (): Promise<null> =>
  Promise.reject(
    new RetryLaterError(
      'storage-unavailable',
      { seconds: 1, detail: 'Start the database.' },
      new Error('connect ECONNREFUSED 10.1.2.3 as kith:canary'),
    ),
  )

test('ready responds with 200, or with 503 and only the status for strangers', async () => {
  const sound = await makeHttp(async () => null).ready()
  expect([sound.status, await sound.json()]).toEqual([200, { status: 'ok' }])
  const broken = await makeHttp(down).ready()
  expect([broken.status, await broken.json()]).toEqual([503, { status: 'unavailable' }])
  for (const { headers } of [sound, broken]) {
    expect(headers.get('cache-control')).toBe('no-store')
    expect(headers.get('content-type')).toBe('application/json')
  }
})

test('its details say what to do, and contain no secret', async () => {
  const text = await (await makeHttp(down).ready({ details: true })).text()
  expect(JSON.parse(text)).toMatchObject({
    status: 'unavailable',
    parts: [{ name: 'storage', ok: false, detail: 'Start the database.' }],
  })
  expect(text).not.toMatch(/canary|10\.1\.2\.3/)
})

test('health responds with 200 while everything else is down', async () => {
  const http = makeHttp(down)
  const short = http.health()
  expect([short.status, await short.json()]).toEqual([200, { status: 'ok' }])
  expect(await http.health({ details: true }).json()).toMatchObject({
    status: 'ok',
    queues: { passwords: { waiting: 0, running: 0, refused: 0 } },
  })
})

test('no probe is a route of Kith or part of its description', () => {
  const http = makeHttp(async () => null)
  expect(http.paths.filter((path) => /health|ready/.test(path))).toEqual([])
  expect(http.owns(new Request('http://localhost/ready'))).toBe(false)
})
