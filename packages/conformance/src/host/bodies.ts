import assert from 'node:assert/strict'
import { drawDefaultAvatar } from '@kith/core/adapter'
import type { Case } from '../case.ts'
import type { Host } from './host.ts'
import { drains, hostCase, password } from './host-app.ts'

const jsonType = { 'content-type': 'application/json' }

/** A form with one picture. */
export function formOf(bytes: Uint8Array): { body: Uint8Array; headers: Record<string, string> } {
  const head = '--b\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
  const body = Buffer.concat([Buffer.from(head), bytes, Buffer.from('\r\n--b--\r\n')])
  return { body, headers: { 'content-type': 'multipart/form-data; boundary=b' } }
}

/** Bodies that a host passes on, parsed or as streams. */
export const bodyCases: readonly Case<Host>[] = [
  hostCase('host/json', 'JSON is read with every method, with and without its length', async (app) => {
    const headers = await app.register()
    const body = JSON.stringify({ name: 'Änna 👩🏽‍🚀' })
    for (const chunked of [false, true]) {
      const edit = { method: 'PATCH', body, chunked, headers: { ...headers, ...jsonType } }
      const edited = await app.ask('/users/me', edit)
      assert.equal((JSON.parse(edited.text) as { name: string }).name, 'Änna 👩🏽‍🚀')
    }
    const removed = await app.ask('/users/me', { method: 'DELETE', json: { password }, headers })
    assert.equal(removed.status, 204, removed.text)
  }),
  hostCase('host/too-large', 'Too large a body is cut off with a 413', async ({ ask }) => {
    const body = JSON.stringify({ login: 'x'.repeat(5_000_000), password })
    for (const chunked of [false, true]) {
      const { status } = await ask('/users/login', { method: 'POST', body, chunked, headers: jsonType })
      assert.equal(status, 413)
    }
  }),
  hostCase('host/abort', 'A client that disconnects in the middle of a body does no harm', async (app) => {
    const headers = await app.register()
    const login = { method: 'POST', body: '{"login":"anna",', headers: jsonType, abort: true }
    const form = formOf(drawDefaultAvatar('anna'))
    const upload = { method: 'POST', body: form.body.subarray(0, -500), abort: true }
    await Promise.allSettled([
      ...Array.from({ length: 5 }, () => app.ask('/users/login', login)),
      app.ask('/media', { ...upload, headers: { ...headers, ...form.headers } }),
    ])
    await drains(app.files, 'files')
    assert.equal((await app.ask('/users/me', { headers })).status, 200)
    assert.deepEqual(app.log, [])
  }),
  hostCase('host/form', 'A form with a file arrives byte by byte', async (app) => {
    const headers = await app.register()
    const picture = drawDefaultAvatar('anna')
    for (const chunked of [false, true]) {
      const form = formOf(picture)
      const upload = { method: 'POST', body: form.body, chunked, headers: { ...headers, ...form.headers } }
      const uploaded = await app.ask('/media', upload)
      assert.equal(uploaded.status, 201, uploaded.text)
      const { id } = JSON.parse(uploaded.text) as { id: string }
      const stored = await app.blobs.read(id, null, () => null)
      const chunks: Uint8Array[] = []
      for await (const chunk of stored?.bytes ?? []) chunks.push(chunk)
      assert.ok(Buffer.concat(chunks).equals(picture), 'the file was changed on the way')
    }
  }),
  hostCase(
    'host/streaming',
    'An upload can be refused before its end has arrived',
    async ({ ask, register }) => {
      const headers = { 'content-type': 'image/png' }
      const { status } = await ask('/media', { method: 'POST', body: '{', announced: 1_000_000, headers })
      assert.equal(status, 401)
      await register()
    },
  ),
]
