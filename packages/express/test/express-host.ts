import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { guardHeader, type Send, sendByHttp } from '@kith/conformance'
import { createMemoryStorage } from '@kith/core/memory'
import express, { type Express, type Request, type Response } from 'express'
import { makeLocalMedia } from '../../../test/local-media.ts'
import type { JourneyHost, JourneyServer } from '../../http/test/journeys/journey-host.ts'
import { type KithExpress, kithExpress } from '../src/index.ts'

/** How an Express app differs from the default one. */
interface Serving {
  own?: Partial<JourneyHost>
  sendTo?: (port: number) => Send
}

/** An Express app with Kith mounted this way. */
export function expressHost(
  mount: (app: Express, kith: KithExpress) => void,
  { own = {}, sendTo = sendByHttp }: Serving = {},
): JourneyHost {
  const { prefix = '/api/v1' } = own
  return {
    makeMedia: makeLocalMedia,
    makeStorage: async () => createMemoryStorage(),
    prefix,
    ...own,
    async serve(kith, options) {
      const app = express()
      app.post(`${prefix}/users/register`, (_request, response, next) => {
        response.set(guardHeader, 'seen')
        next()
      })
      const mounted = kithExpress(kith, options)
      mount(app, mounted)
      addOwnRoutes(app, mounted, prefix)
      if (options.routes?.register === false)
        app.post(`${prefix}/users/register`, (_request, response) => void response.json({ own: true }))
      return await listen(app, sendTo)
    },
  }
}

function addOwnRoutes(
  app: Express,
  { requireViewer, requireRole, requireFresh, readViewer, renewViewer }: KithExpress,
  prefix: string,
): void {
  const tellViewer = (request: Request, response: Response) =>
    void response.json({ userId: request.viewer?.userId ?? null })
  app.all('/host/private', requireViewer, tellViewer)
  app.all('/host/public', readViewer, tellViewer)
  app.all('/host/desk', requireRole('moderator', 'admin'), tellViewer)
  app.all('/host/fresh', requireFresh('10m'), tellViewer)
  app.all('/host/page', renewViewer, tellViewer)
  app.get('/host/page/private', renewViewer, requireViewer, tellViewer)
  app.post(`${prefix}/echo`, express.json(), (request, response) => void response.json(request.body))
}

async function listen(app: Express, sendTo: (port: number) => Send): Promise<JourneyServer> {
  const server = app.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    send: sendTo((server.address() as AddressInfo).port),
    connections: () => promisify(server.getConnections.bind(server))(),
    async close() {
      server.close()
      server.closeAllConnections()
      await once(server, 'close')
    },
  }
}
