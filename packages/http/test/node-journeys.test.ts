import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { guardHeader, sendByHttp } from '@kith/conformance'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithRoutes, type KithRoutes } from '@kith/http'
import { createNodeHandler, type GuardCheck, headOf, NodeRequest, sendAnswer } from '@kith/http/node'
import { describe } from 'vitest'
import { makeLocalMedia } from '../../../test/local-media.ts'
import type { JourneyHost } from './journeys/journey-host.ts'
import { testHost } from './journeys/test-host.ts'

const host: JourneyHost = {
  makeMedia: makeLocalMedia,
  makeStorage: async () => createMemoryStorage(),
  prefix: '/api/v1',
  async serve(kith, options) {
    const server = createServer(createApp(createKithRoutes(kith, options))).listen(0, '127.0.0.1')
    await once(server, 'listening')
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
}

/** An app on plain Node, without a framework. */
function createApp(routes: KithRoutes): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const handler = createNodeHandler(routes)
  const checks: Record<string, GuardCheck> = {
    '/host/private': routes.requireViewer,
    '/host/public': routes.readViewer,
    '/host/desk': (head) => routes.requireRole(head, ['moderator', 'admin']),
    '/host/fresh': (head) => routes.requireFresh(head, '10m'),
  }

  async function answerOwn(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { url = '' } = incoming
    const json = (body: object): void =>
      void outgoing.setHeader('content-type', 'application/json').end(JSON.stringify(body))
    if (url === '/api/v1/echo')
      return json(JSON.parse(Buffer.concat(await incoming.toArray()).toString()) as object)
    if (url === '/api/v1/users/register' && incoming.method === 'POST') return json({ own: true })
    const check = checks[url]
    const head = headOf(incoming)
    try {
      if (url.startsWith('/host/page')) {
        const { viewer, setCookies } = await routes.renewViewer(head)
        if (setCookies.length > 0) outgoing.setHeader('set-cookie', setCookies)
        if (url.endsWith('/private')) await routes.requireViewer(headOf(incoming))
        return json({ userId: viewer?.userId ?? null })
      }
      if (check) return json({ userId: (await check(head))?.userId ?? null })
      await sendAnswer(await routes.answer(new NodeRequest(incoming, outgoing), null), outgoing)
    } catch (error) {
      await sendAnswer(routes.problem(error, { head, route: url }), outgoing)
    }
  }

  return (incoming, outgoing) => {
    if (incoming.url === '/api/v1/users/register') outgoing.setHeader(guardHeader, 'seen')
    if (incoming.url === '/api/v1/echo') return void answerOwn(incoming, outgoing)
    void (handler(incoming, outgoing) ?? answerOwn(incoming, outgoing))
  }
}

describe('Node without a framework', () => testHost(host))
