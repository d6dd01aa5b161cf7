import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { guardHeader, type JourneyHost, journeys, runJourneys, sendByHttp } from '@kith/conformance'
import { createMemoryStorage } from '@kith/core/memory'
import { createKithRoutes, type KithRoutes } from '@kith/http'
import { createNodeHandler, type GuardCheck, headOf, NodeRequest, sendAnswer } from '@kith/http/node'
import { describe, test } from 'vitest'
import { makeLocalMedia } from '../../../test/local-media.ts'

const host: JourneyHost = {
  makeMedia: makeLocalMedia,
  makeStorage: async () => createMemoryStorage(),
  conditions: {
    basePath: '/api/v1',
    trustsProxy: false,
    knowsPeer: true,
    bodiesAnsweredByHost: null,
    addressesAnsweredByHost: null,
    answersSentByHost: null,
  },
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

/** An app in which everything is done by hand. */
function createApp(routes: KithRoutes): (incoming: IncomingMessage, outgoing: ServerResponse) => void {
  const handler = createNodeHandler(routes)
  const checks: Record<string, GuardCheck> = {
    '/host/private': routes.requireViewer,
    '/host/public': routes.readViewer,
    '/host/desk': (head) => routes.requireRole(head, ['moderator', 'admin']),
  }

  async function answerOwn(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
    const { url = '' } = incoming
    const json = (body: object): void =>
      void outgoing.setHeader('content-type', 'application/json').end(JSON.stringify(body))
    if (url === '/api/v1/host') return json({ host: true })
    if (url === '/host/echo')
      return json(JSON.parse(Buffer.concat(await incoming.toArray()).toString()) as object)
    const check = checks[url]
    const head = headOf(incoming)
    try {
      if (check) return json({ userId: (await check(head))?.userId ?? null })
      await sendAnswer(await routes.answer(new NodeRequest(incoming, outgoing), null), outgoing)
    } catch (error) {
      await sendAnswer(routes.problem(error, { head, route: url }), outgoing)
    }
  }

  return (incoming, outgoing) => {
    if (incoming.url === '/api/v1/users/register') outgoing.setHeader(guardHeader, 'seen')
    if (incoming.url === '/api/v1/host') return void answerOwn(incoming, outgoing)
    void (handler(incoming, outgoing) ?? answerOwn(incoming, outgoing))
  }
}

describe('Node without a framework', () => runJourneys(test, journeys, host))
