import { createKith } from '@kith/core'
import { createMemoryStorage } from '@kith/core/memory'
import { type FastifyServerOptions, fastify } from 'fastify'
import { expect, test } from 'vitest'
import { kithFastify } from '../src/index.ts'

test.each([
  { how: 'its address', trustProxy: '127.0.0.1', address: '198.51.100.1', notices: 0 },
  // Its types reject it as well; users who know it from Express get the notice.
  { how: 'a number', trustProxy: 1, address: '127.0.0.1', notices: 1 },
])('a client behind a proxy that is trusted by $how', async ({ trustProxy, address, notices }) => {
  const warnings: string[] = []
  const logger = { warn: (message: string) => warnings.push(message), error: console.error }
  const kith = createKith({
    secret: 'GdX4c0Yb9vRk2Lq7Zt1Wm5Pn8Hs3Jf6A',
    storage: createMemoryStorage(),
    logger,
  })
  const app = fastify({ trustProxy } as FastifyServerOptions)
  await app.register(kithFastify, { kith })
  const register = { method: 'POST', url: '/api/v1/users/register' } as const
  const { user, tokens } = (
    await app.inject({
      ...register,
      headers: { 'x-forwarded-for': '198.51.100.1' },
      payload: { username: 'ada', password: 'correct horse', transport: 'bearer' },
    })
  ).json<{ user: { id: string }; tokens: { accessToken: string } }>()
  expect(tokens.accessToken).not.toBe('')
  const { items } = await kith.sessions.list(user.id)
  expect(items.map((session) => session.address)).toEqual([address])
  expect(warnings.filter((line) => line.includes("trustProxy: '10.0.0.1'"))).toHaveLength(notices)
})
