import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { fastify, type FastifyRequest } from 'fastify'
import { expect, onTestFinished, test, vi } from 'vitest'
import { kithFastify } from '../src/index.ts'

/** What a session plugin adds to a request. */
type Known = FastifyRequest & { account: { id: string } | null }

test('the callback gets the Fastify request, with everything that a plugin has added', async () => {
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
  })
  const { id } = await kith.accounts.shadow('7', { username: 'anna' })
  const app = fastify()
  onTestFinished(() => app.close())
  app.decorateRequest('account', null)
  app.addHook('onRequest', async (request) => {
    const user = request.headers['x-user']
    if (typeof user === 'string') (request as Known).account = { id: user }
  })
  const seen = vi.fn()
  await app.register(kithFastify, {
    kith,
    async viewer({ target, headers }, request) {
      const { account, ip } = request as Known
      seen({ target, by: headers.get('X-By'), ip })
      return account && kith.accounts.shadowId(account.id)
    },
  })
  const guards = {
    requireViewer: app.requireViewer,
    readViewer: app.readViewer,
    renewViewer: app.renewViewer,
  }
  for (const [name, preHandler] of Object.entries(guards))
    app.get(`/${name}`, { preHandler }, (request) => ({ viewer: request.viewer }))
  const get = (url: string, user = '7') => app.inject({ url, headers: { 'x-user': user, 'x-by': 'test' } })

  expect((await get('/api/v1/users/me')).json()).toMatchObject({ id, username: 'anna' })
  expect(seen).toHaveBeenCalledExactlyOnceWith({ target: '/api/v1/users/me', by: 'test', ip: '127.0.0.1' })
  for (const name of Object.keys(guards)) {
    seen.mockClear()
    expect((await get(`/${name}?x=1`)).json()).toEqual({ viewer: { userId: id, sessionId: null } })
    expect(seen).toHaveBeenCalledExactlyOnceWith(expect.objectContaining({ target: `/${name}?x=1` }))
  }
  expect((await get('/requireViewer', 'a stranger')).statusCode).toBe(401)
})
