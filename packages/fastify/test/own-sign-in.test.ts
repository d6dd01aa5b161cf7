import { cheapPasswords } from '@kith/conformance'
import { createKith, type RegisterInput } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { fastify, type FastifyInstance } from 'fastify'
import { expect, onTestFinished, test, vi } from 'vitest'
import { kithFastify } from '../src/index.ts'

const register = vi.fn()

async function makeApp(): Promise<FastifyInstance> {
  const kith = createKith({
    secret: 'a secret of the tests, of 32 characters or more',
    storage: createMemoryStorage(),
    passwords: cheapPasswords,
  })
  const app = fastify()
  onTestFinished(() => app.close())
  await app.register(kithFastify, { kith, allowedOrigins: ['https://app.example'] })
  register.mockReset().mockImplementation((input: RegisterInput) => kith.accounts.register(input))
  app.setErrorHandler(
    (error, request, reply) => app.sendProblem(error, { request, reply }) ?? reply.send(error),
  )
  app.post('/join', async (request, reply) => {
    const answer = await app.signIn({ request, reply }, () => register(request.body))
    return reply.code(201).send(answer)
  })
  for (const fromElsewhere of [true, false])
    app.get(`/callback/${fromElsewhere}`, (request, reply) =>
      app.signIn({ request, reply, fromElsewhere }, () => register(ada)),
    )
  app.get('/broken', () => {
    throw Object.assign(new Error('of the host'), { statusCode: 418 })
  })
  return app
}

const ada = { username: 'ada', password: 'correct horse' }

test('a route of the host signs in with cookies that the routes of Kith accept', async () => {
  const app = await makeApp()
  const joined = await app.inject({ method: 'POST', url: '/join', payload: ada })
  expect(joined.statusCode).toBe(201)
  expect(joined.json()).toEqual({
    user: expect.objectContaining({ username: 'ada' }) as object,
    session: { id: expect.any(String) as string, expiresAt: expect.any(String) as string },
  })
  const cookies = Object.fromEntries(joined.cookies.map(({ name, value }) => [name, value]))
  expect((await app.inject({ url: '/api/v1/users/me', cookies })).json()).toMatchObject({ username: 'ada' })
})

test('the calling page can read the response and every problem, and no other page can', async () => {
  const app = await makeApp()
  const readers = async (payload: object, origin = 'https://app.example') => {
    const { statusCode, headers } = await app.inject({
      method: 'POST',
      url: '/join',
      payload,
      headers: { origin },
    })
    return [statusCode, headers['access-control-allow-origin'], headers['vary']]
  }
  expect(await readers(ada)).toEqual([201, 'https://app.example', 'Origin'])
  expect(await readers(ada)).toEqual([409, 'https://app.example', 'Origin'])
  expect(await readers({})).toEqual([422, 'https://app.example', 'Origin'])
  expect(await readers(ada, 'https://evil.example')).toEqual([403, undefined, 'Origin'])
})

test('for a page that is not allowed nothing is done', async () => {
  const app = await makeApp()
  const headers = { origin: 'https://evil.example' }
  const refused = await app.inject({ method: 'POST', url: '/join', payload: ada, headers })
  expect([refused.statusCode, refused.json()]).toMatchObject([403, { code: 'origin-not-allowed' }])
  expect(register).not.toHaveBeenCalled()
})

test('Kith errors become problems, without cookies; all others are left to the host', async () => {
  const app = await makeApp()
  const refused = await app.inject({
    method: 'POST',
    url: '/join',
    payload: { username: 'ada', password: 'x' },
  })
  expect([refused.statusCode, refused.headers['content-type']]).toEqual([422, 'application/problem+json'])
  expect(refused.cookies).toEqual([])
  expect((await app.inject('/broken')).statusCode).toBe(418)
})

test('a browser may come from another site if the host allows it, and otherwise not', async () => {
  const app = await makeApp()
  const headers = { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'navigate' }
  const refused = await app.inject({ url: '/callback/false', headers })
  expect([refused.statusCode, refused.json()]).toMatchObject([403, { code: 'origin-not-allowed' }])
  expect(register).not.toHaveBeenCalled()
  const back = await app.inject({ url: '/callback/true', headers })
  expect([back.statusCode, back.json()]).toMatchObject([200, { user: { username: 'ada' } }])
  const cookies = Object.fromEntries(back.cookies.map(({ name, value }) => [name, value]))
  expect((await app.inject({ url: '/api/v1/users/me', cookies })).json()).toMatchObject({ username: 'ada' })
})
