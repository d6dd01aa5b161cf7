import type { Kith, Viewer } from '@kith/core'
import { createKithHttp, type KithHttp, type KithHttpOptions } from '@kith/http'
import { headOf } from '@kith/http/node'
import type { FastifyInstance, FastifyPluginAsync, preHandlerAsyncHookHandler } from 'fastify'
import plugin from 'fastify-plugin'
import { registerRoutes } from './routes.ts'
import { send } from './send.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** A `preHandler` that lets only those pass who are signed in; others get a problem. */
    requireViewer: preHandlerAsyncHookHandler
    /** A `preHandler` that lets everyone pass and finds out who asks. */
    readViewer: preHandlerAsyncHookHandler
  }
  interface FastifyRequest {
    /** Who asks; `null` for a guest, and where no guard of Kith ran. */
    viewer: Viewer | null
  }
}

/** What the plugin takes. */
export interface KithFastifyOptions extends Omit<KithHttpOptions, 'prefix'> {
  kith: Kith
  /** What every path begins with; a prefix of the scope comes before it. @default '/api/v1' */
  // Without `undefined`, since Fastify has an option of this name and type for every plugin.
  prefix?: string
}

const register: FastifyPluginAsync<KithFastifyOptions> = async (app, { kith, ...options }) => {
  const http = createKithHttp(kith, options)
  app.decorateRequest('viewer', null)
  app.decorate('requireViewer', guard(http, 'requireViewer'))
  app.decorate('readViewer', guard(http, 'readViewer'))
  await app.register(async (scope) => registerRoutes(scope, http))
}

/** The plugin: `await app.register(kithFastify, { kith })`. */
export const kithFastify: FastifyPluginAsync<KithFastifyOptions> = plugin(register, {
  name: '@kith/fastify',
  fastify: '5.x',
})

function guard(http: KithHttp, check: 'requireViewer' | 'readViewer'): preHandlerAsyncHookHandler {
  return async (request, reply) => {
    try {
      request.viewer = await http[check](headOf(request.raw))
    } catch (error) {
      return send(reply, http.problem(error, check))
    }
  }
}
