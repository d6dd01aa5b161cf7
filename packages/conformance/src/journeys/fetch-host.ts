import type { Viewer } from '@kith/core'
import { createKithHttp, type KithHttp } from '@kith/http'
import { guardHeader, type JourneyHost } from './journey-host.ts'
import { sendByFetch } from './wire.ts'

/** The Fetch handler in an app of a few lines, without a framework or a socket: the quickest host for a storage. */
export function createFetchHost(
  makeStorage: JourneyHost['makeStorage'],
  makeMedia: JourneyHost['makeMedia'],
): JourneyHost {
  return {
    makeStorage,
    makeMedia,
    serve: async (kith, options) => ({
      send: sendByFetch(createApp(createKithHttp(kith, options))),
      connections: async () => 0,
      close: async () => {},
    }),
    conditions: {
      basePath: '/api/v1',
      trustsProxy: false,
      knowsPeer: false,
      bodiesAnsweredByHost: null,
      addressesAnsweredByHost: null,
      answersSentByHost: 'a Fetch handler hands its answer on, and does not see who reads it',
    },
  }
}

function createApp(http: KithHttp): (request: Request) => Promise<Response> {
  const checks: Record<string, (request: Request) => Promise<Viewer | null>> = {
    '/host/private': http.requireViewer,
    '/host/public': http.readViewer,
    '/host/desk': (request) => http.requireRole(request, ['moderator', 'admin']),
  }
  return async (request) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/api/v1/host') return Response.json({ host: true })
    if (pathname === '/host/echo') return Response.json(await request.json())
    if (!pathname.startsWith('/host/')) {
      const response = await http.handle(request, { address: '192.0.2.1' })
      if (pathname === '/api/v1/users/register') response.headers.set(guardHeader, 'seen')
      return response
    }
    try {
      const viewer = await checks[pathname]?.(request)
      return Response.json({ userId: viewer?.userId ?? null })
    } catch (error) {
      return http.problem(error, { head: request, route: pathname })
    }
  }
}
