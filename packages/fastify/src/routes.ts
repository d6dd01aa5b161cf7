import { Readable } from 'node:stream'
import { KithError } from '@kith/core'
import type { HostRequest, KithHttp } from '@kith/http'
import { toRequest } from '@kith/http/node'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { hostRequest, originOf } from './host-request.ts'
import { send } from './send.ts'

/** Registers the routes of Kith in a scope of their own, whose parsers leave the bodies as they come. */
export function registerRoutes(scope: FastifyInstance, http: KithHttp): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  // What Fastify itself refuses in this scope: a content type that cannot be read.
  scope.setErrorHandler((error, request, reply) =>
    send(reply, http.problem(refusal(error), refused(request, reply)), http.bodyTimeoutSeconds),
  )

  for (const route of http.paths) {
    scope.route({
      // All of them, so that a wrong one is told the right ones.
      method: scope.supportedMethods,
      url: withinScope(route, scope.prefix),
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const answered = await answer(http, { request, reply, route })
        return send(reply, answered, http.bodyTimeoutSeconds)
      },
    })
  }
}

/** Fastify puts the prefix of the scope before every route, and the prefix of Kith has it already. */
function withinScope(path: string, scopePrefix: string): string {
  if (path.startsWith(`${scopePrefix}/`)) return path.slice(scopePrefix.length)
  throw new TypeError(
    `kithFastify: it is registered under ${scopePrefix}, which the prefix of createKith does not begin with: add it there, or register the plugin outside`,
  )
}

interface Asked {
  request: FastifyRequest
  reply: FastifyReply
  /** As the router of Fastify has read the request: by its options other spellings lead here too. */
  route: string
}

async function answer(http: KithHttp, { request, reply, route }: Asked): Promise<Response> {
  try {
    const body = request.body instanceof Readable ? request.body : request.raw
    return await http.handle(toRequest({ incoming: request.raw, body }), {
      address: request.ip,
      peerAddress: request.socket.remoteAddress,
      target: request.raw.url ?? '',
      route,
      ...originOf(request, reply),
    })
  } catch (error) {
    return http.problem(error, refused(request, reply))
  }
}

function refused(request: FastifyRequest, reply: FastifyReply): HostRequest {
  return { ...hostRequest(request, reply), of: 'kith' }
}

function refusal(error: unknown): unknown {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500
  if (status === 415) return new KithError('unsupported-media-type', { cause: error })
  return status === 400 ? new KithError('malformed-request', { cause: error }) : error
}
