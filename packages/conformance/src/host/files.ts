import assert from 'node:assert/strict'
import { drawDefaultAvatar } from '@kith/core/adapter'
import type { Case } from '../case.ts'
import { formOf } from './bodies.ts'
import type { Host } from './host.ts'
import { drains, hostCase, type HostApp } from './host-app.ts'

async function upload({ ask, register }: HostApp): Promise<string> {
  const form = formOf(drawDefaultAvatar('anna'))
  const headers = { ...(await register()), ...form.headers }
  const { text } = await ask('/media', { method: 'POST', body: form.body, headers })
  return (JSON.parse(text) as { url: string }).url
}

/** Files that Kith serves through the host. */
export const fileCases: readonly Case<Host>[] = [
  hostCase(
    'host/ranges',
    'A part of a file is served with its length, and a known file as a 304',
    async (app) => {
      const path = await upload(app)
      const get = (headers: [string, string][]) => app.send({ method: 'GET', path, headers })
      const whole = await get([])
      const size = Number(whole.headers.get('content-length'))
      assert.ok(whole.status === 200 && size > 20)
      const part = await get([['range', 'bytes=10-19']])
      assert.equal(part.status, 206)
      assert.equal(part.headers.get('content-range'), `bytes 10-19/${size}`)
      assert.equal(part.headers.get('content-length'), '10')
      const past = await get([['range', `bytes=${size}-`]])
      assert.deepEqual([past.status, past.headers.get('content-range')], [416, `bytes */${size}`])
      const known = await get([['if-none-match', whole.headers.get('etag') ?? '']])
      assert.deepEqual([known.status, known.text], [304, ''])
      const head = await app.send({ method: 'HEAD', path, headers: [] })
      assert.deepEqual([head.headers.get('content-length'), head.text], [String(size), ''])
    },
  ),
  hostCase('host/leaving', 'A file is closed if its reader disconnects', async (app) => {
    const path = await upload(app)
    const open = app.swell()
    const leave = () => app.send({ method: 'GET', path, headers: [], then: 'leaves' })
    for (const { status } of await Promise.all([leave(), leave(), leave()])) assert.equal(status, 200)
    await drains(open, 'open files')
  }),
]
