import assert from 'node:assert/strict'
import type { Case } from '../case.ts'
import { guardHeader, type Host } from './host.ts'
import { type HostApp, hostCase, origin, runWithApp } from './host-app.ts'
import { ambiguousSpellings, foreignSpellings } from './path-spellings.ts'

const guarded = '/users/register'

/** Sends a body that Kith's registration refuses with 422, which shows that it was reached. */
async function reach({ send }: HostApp, path: string): Promise<{ status: number; guarded: boolean }> {
  const headers = [['content-type', 'application/json']] as const
  const answer = await send({ method: 'POST', path, headers, body: '{}' })
  return { status: answer.status, guarded: answer.headers.has(guardHeader) }
}

/** Asserts that no other spelling of the guarded path gets the same response, bypassing the guard. */
async function demandGuard(app: HostApp): Promise<void> {
  // The status is 0 if the protocol cannot carry a target, as HTTP/2 an absolute one.
  for (const [spellings, refused] of [
    [ambiguousSpellings(app.prefix, guarded), [400, 404]],
    [foreignSpellings(app.prefix, guarded), [0, 400, 404, 405]],
  ] as const) {
    for (const spelling of spellings) {
      const reached = await reach(app, spelling)
      assert.ok(
        reached.guarded || refused.includes(reached.status as never),
        `${spelling}: ${reached.status}`,
      )
    }
  }
}

async function demandLeftOut(app: HostApp): Promise<void> {
  const { ask } = app
  const own = await ask(guarded, { method: 'POST', json: {} })
  assert.deepEqual([own.status, own.text, own.headers.has(guardHeader)], [200, '{"own":true}', true])
  await demandGuard(app)
  const preflight = await ask(guarded, {
    method: 'OPTIONS',
    headers: { origin, 'access-control-request-method': 'POST' },
  })
  const grant = (name: string): string | null => preflight.headers.get(`access-control-allow-${name}`)
  assert.deepEqual([preflight.status, grant('origin'), grant('methods')], [204, origin, 'POST, OPTIONS'])
  // Neither is Kith's: the second would be the profile of an account with that name.
  for (const method of ['PUT', 'GET']) assert.equal((await ask(guarded, { method })).status, 404, method)
  assert.equal((await ask('/users/me')).status, 401)
}

/** Paths and methods: what Kith serves, and what it leaves to the host. */
export const routingCases: readonly Case<Host>[] = [
  hostCase('host/guard', 'A guard of the host sees everything that runs on its path', async (app) => {
    assert.deepEqual(await reach(app, app.prefix + guarded), { status: 422, guarded: true })
    await demandGuard(app)
  }),
  {
    id: 'host/left-out',
    title: 'A disabled route belongs to the host, and a guard of it sees everything that runs there',
    run: (host) => runWithApp(host, demandLeftOut, { routes: { register: false } }),
  },
  hostCase('host/others', 'Other paths are left to the host, also under the prefix of Kith', async (app) => {
    const { ask } = app
    const json = { deep: { list: [1, 'two', null] } }
    const echoed = await ask('/echo', { method: 'POST', json })
    assert.deepEqual([echoed.status, JSON.parse(echoed.text)], [200, json])
    for (const path of ['/nothing', '/users', '/Users/me', '/users/me/sessions/a/b', ''])
      assert.equal((await ask(path)).status, 404, path)
  }),
  hostCase('host/head', 'HEAD has the headers of GET and no body', async ({ ask, register }) => {
    const headers = await register()
    const get = await ask('/users/me', { headers })
    const head = await ask('/users/me', { headers, method: 'HEAD' })
    assert.deepEqual([get.status, head.status, head.text], [200, 200, ''])
    for (const name of ['content-type', 'cache-control'])
      assert.equal(head.headers.get(name), get.headers.get(name))
  }),
  hostCase(
    'host/methods',
    'OPTIONS lists the methods of a path, and other methods are a 405',
    async ({ ask }) => {
      const options = await ask('/users/me/password', { method: 'OPTIONS' })
      assert.deepEqual([options.status, options.headers.get('allow')], [204, 'POST, OPTIONS'])
      for (const method of ['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE']) {
        const { status, headers } = await ask('/users/login', { method })
        assert.deepEqual([status, headers.get('allow')], [405, 'POST, OPTIONS'], method)
      }
      const { headers } = await ask('/users/me/sessions/x', { method: 'PUT', json: {} })
      assert.equal(headers.get('allow'), 'DELETE, OPTIONS')
    },
  ),
]
