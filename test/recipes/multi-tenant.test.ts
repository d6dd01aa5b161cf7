import { existsSync } from 'node:fs'
import { join } from 'node:path'
import express from 'express'
import { expect, onTestFinished, test } from 'vitest'
import { openTenants, tenantRoutes } from '../../examples/recipes/src/multi-tenant.ts'
import { makeFolder } from './temporary-folder.ts'
import { createVisitor, listen } from './visitor.ts'

const [red, blue] = [{ host: 'red.example.com' }, { host: 'blue.example.com' }]
const password = 'correct horse'
const me = '/api/v1/users/me'

test('each host is completely separate', async () => {
  const directory = makeFolder()
  const secret = 'c2b7f0d1e6a94583b1f7a20c58d3e946'
  const tenants = await openTenants({ hosts: [red.host, blue.host], directory, secret })
  onTestFinished(() => Promise.all([...tenants.values()].map((kith) => kith.close())).then(() => {}))
  const app = express()
  app.use(tenantRoutes(tenants))
  app.use((_request, response) => void response.status(404).send('of the app'))
  const visitor = createVisitor(await listen(app))

  const body = { username: 'ada', password }
  const register = '/api/v1/users/register'
  expect((await visitor.call('POST', register, { body, headers: red })).status).toBe(201)
  expect(await (await visitor.call('GET', me, { headers: red })).json()).toMatchObject({ username: 'ada' })
  expect(existsSync(join(directory, 'red.example.com.db'))).toBe(true)

  // Everything that is valid at one is invalid at the other: cookies, both kinds of tokens, and the account.
  expect((await visitor.call('GET', me, { headers: blue })).status).toBe(401)
  const login = { login: 'ada', password, transport: 'bearer' }
  const path = '/api/v1/users/login'
  const { tokens } = (await (await visitor.call('POST', path, { body: login, headers: red })).json()) as {
    tokens: { accessToken: string; refreshToken: string }
  }
  const stranger = createVisitor(await listen(app))
  const asAda = { authorization: `Bearer ${tokens.accessToken}` }
  const ofAda = await stranger.call('GET', me, { headers: { ...red, ...asAda } })
  expect(await ofAda.json()).toMatchObject({ username: 'ada' })
  const refused = await stranger.call('GET', me, { headers: { ...blue, ...asAda } })
  expect([refused.status, await refused.json()]).toMatchObject([401, { code: 'access-token-invalid' }])
  const { refreshToken } = tokens
  const refresh = { body: { refreshToken }, headers: blue }
  expect((await stranger.call('POST', '/api/v1/users/refresh', refresh)).status).toBe(401)
  expect((await stranger.call('POST', path, { body: login, headers: blue })).status).toBe(401)
  // The username is free there.
  expect((await stranger.call('POST', register, { body, headers: blue })).status).toBe(201)

  for (const host of ['example.com', 'green.example.com', 'red.example.com.evil.example', 'toString']) {
    const unknown = await visitor.call('GET', me, { headers: { host } })
    expect([unknown.status, await unknown.text()]).toEqual([404, 'of the app'])
  }
})
