import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import express, { type NextFunction, type Request, type Response } from 'express'
import { expect, onTestFinished, test, vi } from 'vitest'
import { kithExpress } from '../src/index.ts'

/** What Passport adds to a request. */
type Known = Request & { user?: { id: string } }

test('the callback gets the Express request, with everything that a middleware such as Passport has added', async () => {
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
  })
  const seen = vi.fn()
  const { routes, requireViewer, readViewer, renewViewer, requireRole } = kithExpress(kith, {
    viewer({ method, target, headers }, request) {
      const { user, ip, originalUrl } = request as Known
      seen({ method, target, by: headers.get('X-By'), ip: typeof ip, originalUrl })
      return user ? kith.accounts.shadowId(user.id) : null
    },
  })
  const { id } = await kith.accounts.shadow('7', { username: 'anna' })
  await kith.accounts.setRole(id, 'admin')
  const app = express()
  app.use((request: Request, _response: Response, next: NextFunction) => {
    const user = request.get('x-user')
    if (user !== undefined) (request as Known).user = { id: user }
    next()
  })
  app.use('/api', routes)
  const tell = (request: Request, response: Response): void => void response.json(request.viewer ?? null)
  for (const [name, guard] of Object.entries({ requireViewer, readViewer, renewViewer }))
    app.use('/pages', express.Router().get(`/${name}`, guard, tell))
  app.get('/desk', requireRole('admin'), tell)
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const get = (path: string, user = '7') => fetch(url + path, { headers: { 'x-user': user, 'x-by': 'test' } })

  expect(await (await get('/api/v1/users/me?x=1')).json()).toMatchObject({ id, username: 'anna' })
  const target = '/api/v1/users/me?x=1'
  expect(seen).toHaveBeenCalledExactlyOnceWith({
    method: 'GET',
    target,
    by: 'test',
    ip: 'string',
    originalUrl: target,
  })
  for (const path of ['/pages/requireViewer', '/pages/readViewer', '/pages/renewViewer', '/desk']) {
    seen.mockClear()
    expect(await (await get(path)).json()).toEqual({ userId: id, sessionId: null })
    expect(seen).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ target: path }))
  }
  expect((await get('/pages/requireViewer', 'a stranger')).status).toBe(401)
  expect(await (await get('/pages/readViewer', 'a stranger')).json()).toBeNull()
})
