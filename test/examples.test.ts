import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { startApp } from './running-app.ts'

const folder = mkdtempSync(join(tmpdir(), 'kith-examples-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(['express', 'fastify'])('examples/%s-minimal', (name) => {
  test('registers, lets a viewer into its own route, and shuts it after logout', async () => {
    const env = {
      KITH_SECRET: 'a secret of at least thirty-two characters',
      DATABASE: join(folder, `${name}.db`),
    }
    const app = await startApp(`examples/${name}-minimal/src/server.ts`, env)
    try {
      expect((await app.call('GET', '/hello')).status).toBe(401)
      const registered = await app.call('POST', '/api/v1/users/register', {
        username: 'ada',
        password: 'correct horse',
      })
      expect(registered.status).toBe(201)
      expect(await (await app.call('GET', '/hello')).json()).toEqual({ hello: 'ada' })
      const kept = app.cookies()
      expect((await app.call('POST', '/api/v1/users/logout')).status).toBe(204)
      expect((await app.call('GET', '/hello')).status).toBe(401)
      app.setCookies(kept)
      const stolen = await app.call('GET', '/hello')
      expect(stolen.status).toBe(401)
      expect(stolen.headers.get('content-type')).toContain('application/problem+json')
    } finally {
      await app.stop()
    }
  })

  test('says what is wrong without a secret', async () => {
    await expect(startApp(`examples/${name}-minimal/src/server.ts`, { KITH_SECRET: '' })).rejects.toThrow(
      /secret/,
    )
  })

  test('ends where its port is taken', async () => {
    const holder = createServer((socket) => socket.destroy()).listen(0)
    onTestFinished(() => void holder.close())
    await once(holder, 'listening')
    const env = {
      KITH_SECRET: 'a secret of at least thirty-two characters',
      DATABASE: ':memory:',
      PORT: String((holder.address() as AddressInfo).port),
    }
    await expect(startApp(`examples/${name}-minimal/src/server.ts`, env)).rejects.toThrow(/EADDRINUSE/)
  })
})
