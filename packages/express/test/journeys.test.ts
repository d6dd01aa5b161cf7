import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import {
  guardHeader,
  type JourneyConditions,
  type JourneyHost,
  type JourneyServer,
  journeys,
  runJourneys,
  sendByHttp,
} from '@kith/conformance'
import { createMemoryStorage } from '@kith/core/memory'
import { createSqliteStorage } from '@kith/storage-sqlite'
import express, { type Express, type Request, type Response } from 'express'
import { describe, test } from 'vitest'
import { makeLocalMedia } from '../../../test/local-media.ts'
import { type KithExpress, kithExpress } from '../src/index.ts'

const conditions: JourneyConditions = {
  basePath: '/api/v1',
  trustsProxy: false,
  knowsPeer: true,
  bodiesAnsweredByHost: null,
  addressesAnsweredByHost: null,
  answersSentByHost: null,
}

function host(
  mount: (app: Express, kith: KithExpress) => void,
  own: Partial<JourneyConditions> = {},
): JourneyHost {
  const all = { ...conditions, ...own }
  return {
    makeMedia: makeLocalMedia,
    makeStorage: async () =>
      all.trustsProxy ? createSqliteStorage({ path: ':memory:' }) : createMemoryStorage(),
    conditions: all,
    async serve(kith, options) {
      const app = express()
      app.post(`${all.basePath}/users/register`, (_request, response, next) => {
        response.set(guardHeader, 'seen')
        next()
      })
      const mounted = kithExpress(kith, options)
      mount(app, mounted)
      addOwnRoutes(app, mounted, all.basePath)
      return await listen(app)
    },
  }
}

function addOwnRoutes(
  app: Express,
  { requireViewer, requireRole, readViewer }: KithExpress,
  basePath: string,
): void {
  const tellViewer = (request: Request, response: Response) =>
    void response.json({ userId: request.viewer?.userId ?? null })
  app.get(`${basePath}/host`, (_request, response) => void response.json({ host: true }))
  app.all('/host/private', requireViewer, tellViewer)
  app.all('/host/public', readViewer, tellViewer)
  app.all('/host/desk', requireRole('moderator', 'admin'), tellViewer)
  app.post('/host/echo', express.json(), (request, response) => void response.json(request.body))
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

describe('Express, bare', () =>
  runJourneys(
    test,
    journeys,
    host((app, { routes }) => app.use(routes)),
  ))

describe('Express, with express.json() in front', () =>
  runJourneys(
    test,
    journeys,
    host((app, { routes }) => app.use(express.json(), routes), {
      bodiesAnsweredByHost:
        'express.json() hands malformed and oversized bodies to the error handler of the host',
    }),
  ))

describe('Express, behind a mount prefix', () =>
  runJourneys(
    test,
    journeys,
    host((app, { routes }) => app.use('/social', routes), { basePath: '/social/api/v1' }),
  ))

describe('Express, behind a trusted proxy, on SQLite', () =>
  runJourneys(
    test,
    journeys,
    host((app, { routes }) => app.set('trust proxy', 'loopback').use(routes), { trustsProxy: true }),
  ))
