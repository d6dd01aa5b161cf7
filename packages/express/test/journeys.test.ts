import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { guardHeader, sendByHttp } from '@kith/conformance'
import { createMemoryStorage } from '@kith/core/memory'
import express, { type Express, type Request, type Response } from 'express'
import { describe } from 'vitest'
import { makeLocalMedia } from '../../../test/local-media.ts'
import type { JourneyHost, JourneyServer } from '../../http/test/journeys/journey-host.ts'
import { journeysAbout } from '../../http/test/journeys/journeys.ts'
import { testHost } from '../../http/test/journeys/test-host.ts'
import { type KithExpress, kithExpress } from '../src/index.ts'

function host(mount: (app: Express, kith: KithExpress) => void, own: Partial<JourneyHost> = {}): JourneyHost {
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
      return await listen(app)
    },
  }
}

function addOwnRoutes(
  app: Express,
  { requireViewer, requireRole, readViewer, renewViewer }: KithExpress,
  prefix: string,
): void {
  const tellViewer = (request: Request, response: Response) =>
    void response.json({ userId: request.viewer?.userId ?? null })
  app.all('/host/private', requireViewer, tellViewer)
  app.all('/host/public', readViewer, tellViewer)
  app.all('/host/desk', requireRole('moderator', 'admin'), tellViewer)
  app.all('/host/page', renewViewer, tellViewer)
  app.get('/host/page/private', renewViewer, requireViewer, tellViewer)
  app.post(`${prefix}/echo`, express.json(), (request, response) => void response.json(request.body))
}

async function listen(app: Express): Promise<JourneyServer> {
  const server = app.listen(0, '127.0.0.1')
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
}

describe('Express, bare', () => testHost(host((app, { routes }) => app.use(routes))))

describe('Express, with express.json() in front', () =>
  testHost(
    host((app, { routes }) => app.use(express.json(), routes), {
      bodiesAnsweredByHost:
        'express.json() hands malformed and oversized bodies to the error handler of the host',
    }),
    journeysAbout('body', 'input', 'media', 'protocol'),
  ))

describe('Express, behind a mount prefix', () =>
  testHost(
    host((app, { routes }) => app.use('/social', routes), { prefix: '/social/api/v1' }),
    journeysAbout('input', 'direct', 'protocol', 'request-id'),
  ))

describe('Express, behind a trusted proxy', () =>
  testHost(
    host((app, { routes }) => app.set('trust proxy', 'loopback').use(routes), { trustsProxy: true }),
    journeysAbout('limit'),
  ))
