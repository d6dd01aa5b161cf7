import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { drawDefaultAvatar } from '@kith/core/adapter'
import { afterAll, describe, expect, onTestFinished, test } from 'vitest'
import { startApp } from './running-app.ts'

const folder = mkdtempSync(join(tmpdir(), 'kith-examples-'))

afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe.each(['express', 'fastify'])('examples/%s-minimal', (name) => {
  test('registers, admits a viewer to its own route, and refuses it after the logout', async () => {
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

  test('reports a missing secret', async () => {
    await expect(startApp(`examples/${name}-minimal/src/server.ts`, { KITH_SECRET: '' })).rejects.toThrow(
      /secret/,
    )
  })

  test('exits if its port is in use', async () => {
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

describe('examples/express-better-auth', () => {
  const env = {
    KITH_SECRET: 'a secret of at least thirty-two characters',
    AUTH_SECRET: 'another secret of at least thirty-two characters',
    DATABASE: join(folder, 'social.db'),
    AUTH_DATABASE: join(folder, 'auth.db'),
    MEDIA: join(folder, 'media'),
  }
  const person = (name: string): object => ({
    name,
    username: name,
    email: `${name}@example.com`,
    password: 'correct horse',
  })

  test('users sign up with better-auth, and post, follow and read with Kith', async () => {
    const app = await startApp('examples/express-better-auth/src/server.ts', env)
    try {
      expect((await app.call('GET', '/api/v1/users/me')).status).toBe(401)
      expect((await app.call('POST', '/api/auth/sign-up/email', person('ada'))).status).toBe(200)
      const ada = (await (await app.call('GET', '/api/v1/users/me')).json()) as { id: string }
      expect(ada).toMatchObject({ username: 'ada', name: 'ada' })
      expect(await (await app.call('GET', '/hello')).json()).toEqual({ hello: ada.id })
      const file = new Blob([drawDefaultAvatar(ada.id)])
      const { id } = (await (await app.call('POST', '/api/v1/media', file)).json()) as { id: string }
      const posted = await app.call('POST', '/api/v1/posts', { caption: 'first', media: [{ id }] })
      expect(posted.status).toBe(201)
      const cookiesOfAda = app.cookies()

      app.setCookies('')
      expect((await app.call('POST', '/api/auth/sign-up/email', person('ben'))).status).toBe(200)
      expect((await app.call('PUT', '/api/v1/users/ada/follow')).status).toBe(200)
      const feed = (await (await app.call('GET', '/api/v1/feed')).json()) as { items: object[] }
      expect(feed.items).toMatchObject([{ caption: 'first', author: { username: 'ada' } }])
      // The page of another site.
      const foreign = await fetch(`${app.url}/api/v1/users/ada/follow`, {
        method: 'DELETE',
        headers: { cookie: app.cookies(), origin: 'https://evil.example' },
      })
      expect(foreign.status).toBe(403)

      const kept = app.cookies()
      expect((await app.call('POST', '/api/auth/sign-out')).status).toBe(200)
      app.setCookies(kept)
      expect((await app.call('GET', '/api/v1/feed')).status).toBe(401)
      expect((await app.call('GET', '/hello')).status).toBe(401)

      app.setCookies(cookiesOfAda)
      const deletion = await app.call('POST', '/api/auth/delete-user', { password: 'correct horse' })
      expect(deletion.status).toBe(200)
      app.setCookies(cookiesOfAda)
      expect((await app.call('GET', '/api/v1/users/me')).status).toBe(401)
      expect((await app.call('GET', '/api/v1/users/ada')).status).toBe(404)
    } finally {
      await app.stop()
    }
  })

  test('a username that Kith rejects creates no user, and one that is already reserved creates an account without a username', async () => {
    const app = await startApp('examples/express-better-auth/src/server.ts', env)
    try {
      expect((await app.call('POST', '/api/auth/sign-up/email', person('admin'))).status).toBe(422)
      const credentials = { email: 'admin@example.com', password: 'correct horse' }
      expect((await app.call('POST', '/api/auth/sign-in/email', credentials)).status).toBe(401)
      // Deleted by the previous test.
      expect((await app.call('POST', '/api/auth/sign-up/email', person('ada'))).status).toBe(200)
      const me = await (await app.call('GET', '/api/v1/users/me')).json()
      expect(me).toMatchObject({ username: null })
    } finally {
      await app.stop()
    }
  })
})
