import type { AddressInfo } from 'node:net'
import { promisify } from 'node:util'
import { guardHeader, type Send, sendByHttp } from '@kith/conformance'
import { createMemoryStorage } from '@kith/core/memory'
import { fastify, type FastifyInstance, type FastifyServerOptions } from 'fastify'
import { makeLocalMedia } from '../../../test/local-media.ts'
import type { JourneyHost } from '../../http/test/journeys/journey-host.ts'
import { kithFastify, type KithFastifyOptions } from '../src/index.ts'

type Mount = (app: FastifyInstance, options: KithFastifyOptions) => Promise<void>

/** How a Fastify app differs from the default one. */
interface Serving {
  own?: Partial<JourneyHost>
  server?: FastifyServerOptions
  sendTo?: (port: number) => Send
}

/** A Fastify app with Kith mounted this way. */
export function fastifyHost(
  mount: Mount,
  { own = {}, server = {}, sendTo = sendByHttp }: Serving = {},
): JourneyHost {
  const { prefix = '/api/v1' } = own
  return {
    makeMedia: makeLocalMedia,
    makeStorage: async () => createMemoryStorage(),
    pathsAnsweredByHost:
      'the router of Fastify refuses what it cannot decode, and finds no route for many other spellings',
    prefix,
    ...own,
    async serve(kith, options) {
      // A parameter as long as the journeys send; the default limit of the router is 100 characters.
      const app = fastify({ routerOptions: { maxParamLength: 5000 }, ...server })
      app.addHook('onRequest', async ({ url }, reply) => {
        if (url === `${prefix}/users/register`) reply.header(guardHeader, 'seen')
      })
      await mount(app, { kith, ...options })
      app.post(`${prefix}/echo`, (request) => request.body)
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

/** The routes of the app behind the guards. */
export function addOwnRoutes(app: FastifyInstance, guards: FastifyInstance = app): void {
  for (const [url, preHandler] of [
    ['/host/private', guards.requireViewer],
    ['/host/public', guards.readViewer],
    ['/host/desk', guards.requireRole('moderator', 'admin')],
    ['/host/fresh', guards.requireFresh('10m')],
    ['/host/page', guards.renewViewer],
    ['/host/page/private', [guards.renewViewer, guards.requireViewer]],
  ] as const) {
    const handler = (request: { viewer: { userId: string } | null }) => ({
      userId: request.viewer?.userId ?? null,
    })
    app.route({ method: ['GET', 'POST'], url, preHandler: [preHandler].flat(), handler })
  }
}

/** Replaces a route of Kith, within the scope of the plugin, whose hook refuses other spellings of its path. */
export function standIn(scope: FastifyInstance, { routes }: KithFastifyOptions): void {
  if (routes?.register === false) scope.post('/api/v1/users/register', async () => ({ own: true }))
}

/** Mounts Kith where most apps have it. */
export async function mountAtRoot(app: FastifyInstance, options: KithFastifyOptions): Promise<void> {
  await app.register(kithFastify, options)
  addOwnRoutes(app)
  standIn(app, options)
}
