import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { serve } from '@hono/node-server'
import { getConnInfo } from '@hono/node-server/conninfo'
import { guardHeader, sendByHttp } from '@kith/conformance'
import type { Viewer } from '@kith/core'
import { createKithHttp, type KithHttp } from '@kith/http'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { type Context, Hono } from 'hono'
import { describe } from 'vitest'
import { createFetchHost } from '../../packages/http/test/journeys/fetch-host.ts'
import type { JourneyHost } from '../../packages/http/test/journeys/journey-host.ts'
import { testHost } from '../../packages/http/test/journeys/test-host.ts'

const makeStorage: JourneyHost['makeStorage'] = async () => createSqliteStorage({ path: ':memory:' })

/** Variables that earlier handlers set for later ones. */
interface Passed {
  Variables: { viewer: Viewer | null }
}

/** Kith in an app of Hono, as docs/runtimes.md mounts it. */
function createApp(http: KithHttp): Hono<Passed> {
  const app = new Hono<Passed>()
  const addressOf = (context: Context): string | undefined => getConnInfo(context).remote.address
  app.post('/api/v1/echo', async (context) => context.json(await context.req.json<object>()))
  app.use(async (context, next) => {
    await next()
    const { method, path } = context.req
    if (method === 'POST' && path === '/api/v1/users/register') context.header(guardHeader, 'seen')
  })
  app.use(async (context, next) => {
    const request = context.req.raw
    if (!http.owns(request)) return await next()
    return await http.handle(request, { address: addressOf(context) })
  })
  app.post('/api/v1/users/register', (context) => context.json({ own: true }))

  const behind = (check: (request: Request) => Promise<Viewer | null>) => async (context: Context) =>
    context.json({ userId: (await check(context.req.raw))?.userId ?? null })
  app.all('/host/private', behind(http.requireViewer))
  app.all('/host/public', behind(http.readViewer))
  app.all(
    '/host/desk',
    behind((request) => http.requireRole(request, ['moderator', 'admin'])),
  )
  app.all(
    '/host/fresh',
    behind((request) => http.requireFresh(request, '10m')),
  )
  app.use('/host/page/*', async (context, next) => {
    const { viewer, setCookies } = await http.renewViewer(context.req.raw, { address: addressOf(context) })
    for (const cookie of setCookies) context.header('set-cookie', cookie, { append: true })
    context.set('viewer', viewer)
    await next()
  })
  app.all('/host/page', (context) => context.json({ userId: context.get('viewer')?.userId ?? null }))
  app.get('/host/page/private', behind(http.requireViewer))
  app.onError((error, context) => http.problem(error, { head: context.req.raw, route: context.req.path }))
  return app
}

describe('Hono, on Node', () =>
  testHost({
    ...createFetchHost(makeStorage),
    address: '127.0.0.1',
    async serve(kith, options) {
      const { fetch } = createApp(createKithHttp(kith, options))
      const server = serve({ fetch, port: 0, hostname: '127.0.0.1' }) as Server
      if (!server.listening) await once(server, 'listening')
      return {
        send: sendByHttp((server.address() as AddressInfo).port),
        connections: () => promisify(server.getConnections.bind(server))(),
        async close() {
          server.close()
          server.closeAllConnections()
          await once(server, 'close')
        },
      }
    },
  }))
