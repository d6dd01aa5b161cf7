import { guardHeader, sendByFetch } from '@kith/conformance'
import type { Viewer } from '@kith/core'
import { createKithHttp, type KithHttp } from '@kith/http'
import { makeLocalMedia } from '../../../../test/local-media.ts'
import type { JourneyHost } from './journey-host.ts'

const address = '192.0.2.1'

/** The Fetch handler in a small app, without a framework or a socket. */
export function createFetchHost(makeStorage: JourneyHost['makeStorage']): JourneyHost {
  return {
    makeStorage,
    makeMedia: makeLocalMedia,
    serve: async (kith, options) => ({
      send: sendByFetch(createFetchApp(createKithHttp(kith, options), () => address)),
      connections: async () => 0,
      close: async () => {},
    }),
    prefix: '/api/v1',
    address,
    hidesPeer: 'a Fetch request does not say where it came from',
    answersSentByHost: 'a Fetch handler returns its response, and does not see who reads it',
  }
}

/** The interface of a Fetch server: a request in, a response out. */
export type FetchApp<Sender = void> = (request: Request, sender: Sender) => Promise<Response>

/** The app of {@link JourneyHost.serve}, which gets the IP address of a client from the connection. */
export function createFetchApp<Sender = void>(
  http: KithHttp,
  addressOf: (request: Request, sender: Sender) => string | undefined,
): FetchApp<Sender> {
  const answer = createApp(http)
  return (request, sender) => answer(request, addressOf(request, sender))
}

async function answerPage(http: KithHttp, request: Request, address: string | undefined): Promise<Response> {
  const { viewer, setCookies } = await http.renewViewer(request, { address })
  if (new URL(request.url).pathname.endsWith('/private')) await http.requireViewer(request)
  const response = Response.json({ userId: viewer?.userId ?? null })
  for (const cookie of setCookies) response.headers.append('set-cookie', cookie)
  return request.method === 'HEAD' ? new Response(null, response) : response
}

function createApp(http: KithHttp): (request: Request, address: string | undefined) => Promise<Response> {
  const checks: Record<string, (request: Request) => Promise<Viewer | null>> = {
    '/host/private': http.requireViewer,
    '/host/public': http.readViewer,
    '/host/desk': (request) => http.requireRole(request, ['moderator', 'admin']),
    '/host/fresh': (request) => http.requireFresh(request, '10m'),
  }
  return async (request, address) => {
    const { pathname } = new URL(request.url)
    if (pathname === '/api/v1/echo') return Response.json(await request.json())
    if (!pathname.startsWith('/host/')) {
      const isOwn = pathname === '/api/v1/users/register' && request.method === 'POST' && !http.owns(request)
      const response = isOwn ? Response.json({ own: true }) : await http.handle(request, { address })
      if (pathname === '/api/v1/users/register') response.headers.set(guardHeader, 'seen')
      return response
    }
    try {
      if (pathname.startsWith('/host/page')) return await answerPage(http, request, address)
      const viewer = await checks[pathname]?.(request)
      return Response.json({ userId: viewer?.userId ?? null })
    } catch (error) {
      return http.problem(error, { head: request, route: pathname })
    }
  }
}
