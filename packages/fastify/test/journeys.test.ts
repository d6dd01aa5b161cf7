import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import {
  guardHeader,
  type JourneyConditions,
  type JourneyHost,
  journeys,
  runJourneys,
  type Send,
  sendByHttp,
  sendByHttp2,
} from '@kith/conformance'
import { createMemoryStorage } from '@kith/core/memory'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { fastify, type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { describe, test } from 'vitest'
import { makeLocalMedia } from '../../../test/local-media.ts'
import { kithFastify, type KithFastifyOptions } from '../src/index.ts'

const conditions: JourneyConditions = {
  basePath: '/api/v1',
  trustsProxy: false,
  knowsPeer: true,
  bodiesAnsweredByHost: null,
  addressesAnsweredByHost:
    'the router of Fastify refuses what it cannot decode, and finds no route for many other spellings',
  answersSentByHost: null,
}

type Mount = (app: FastifyInstance, options: KithFastifyOptions) => Promise<void>

interface Serving {
  conditions?: Partial<JourneyConditions>
  server?: FastifyServerOptions
  sendTo?: (port: number) => Send
}

function host(
  mount: Mount,
  { conditions: own = {}, server = {}, sendTo = sendByHttp }: Serving = {},
): JourneyHost {
  const all = { ...conditions, ...own }
  return {
    makeMedia: makeLocalMedia,
    makeStorage: async () =>
      all.trustsProxy ? createSqliteStorage({ path: ':memory:' }) : createMemoryStorage(),
    conditions: all,
    async serve(kith, options) {
      // A parameter as long as the journeys send; the default of the router is 100 characters.
      const app = fastify({ routerOptions: { maxParamLength: 5000 }, ...server })
      app.addHook('onRequest', async ({ url }, reply) => {
        if (url === `${all.basePath}/users/register`) reply.header(guardHeader, 'seen')
      })
      await mount(app, { kith, ...options })
      app.get(`${all.basePath}/host`, () => ({ host: true }))
      app.post('/host/echo', (request) => request.body)
      await app.listen({ port: 0, host: '127.0.0.1' })
      return {
        send: sendTo((app.server.address() as AddressInfo).port),
        connections: () => promisify(app.server.getConnections.bind(app.server))(),
        async close() {
          app.server.closeAllConnections?.()
          await app.close()
        },
      }
    },
  }
}

function addOwnRoutes(app: FastifyInstance, guards: FastifyInstance = app): void {
  for (const [url, preHandler] of [
    ['/host/private', guards.requireViewer],
    ['/host/public', guards.readViewer],
    ['/host/desk', guards.requireRole('moderator', 'admin')],
  ] as const) {
    const handler = (request: { viewer: { userId: string } | null }) => ({
      userId: request.viewer?.userId ?? null,
    })
    app.route({ method: ['GET', 'POST'], url, preHandler, handler })
  }
}

async function mountAtRoot(app: FastifyInstance, options: KithFastifyOptions): Promise<void> {
  await app.register(kithFastify, options)
  addOwnRoutes(app)
}

describe('Fastify, bare', () => runJourneys(test, journeys, host(mountAtRoot)))

describe('Fastify, in a scope with a prefix', () =>
  runJourneys(
    test,
    journeys,
    host(
      async (app, options) => {
        await app.register(
          async (scope) => {
            await scope.register(kithFastify, options)
            addOwnRoutes(app, scope)
          },
          { prefix: '/social' },
        )
      },
      { conditions: { basePath: '/social/api/v1' } },
    ),
  ))

describe('Fastify, behind a trusted proxy, on SQLite', () =>
  runJourneys(
    test,
    journeys,
    host(mountAtRoot, { conditions: { trustsProxy: true }, server: { trustProxy: 'loopback' } }),
  ))

describe('Fastify, over HTTP/2', () =>
  runJourneys(
    test,
    journeys,
    host(mountAtRoot, { server: { http2: true } as FastifyServerOptions, sendTo: sendByHttp2 }),
  ))
