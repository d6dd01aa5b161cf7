import { Readable } from 'node:stream'
import { KithError } from '@kith/core'
import type { KithHttp } from '@kith/http'
import { headOf, toRequest } from '@kith/http/node'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import { send } from './send.ts'

/** Registers the routes of Kith in a scope of their own, whose parsers leave the bodies as they come. */
export function registerRoutes(scope: FastifyInstance, http: KithHttp): void {
  scope.removeAllContentTypeParsers()
  scope.addContentTypeParser('*', (_request, payload, done) => done(null, payload))
  // What Fastify itself refuses in this scope: a content type that cannot be read.
  scope.setErrorHandler((error, request, reply) =>
    send(reply, http.problem(refusal(error), nameOf(request), headOf(request.raw)), http.bodyTimeoutSeconds),
  )

  for (const path of http.paths) {
    scope.route({
      // All of them, so that a wrong one is told the right ones.
      method: scope.supportedMethods,
      url: path,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        const answered = await answer(http, request, targetOf(request, { mount: scope.prefix, path }))
        return send(reply, answered, http.bodyTimeoutSeconds)
      },
    })
  }
}

/** Where a request goes, as its request line has it, and as the router of Fastify has read that. */
interface Target {
  target: string
  route: string
}

function targetOf(
  { raw: { url = '' } }: FastifyRequest,
  { mount, path }: { mount: string; path: string },
): Target {
  // By options of the router other spellings lead here too: letter case, doubled slashes, an absolute address.
  return { target: url.startsWith(mount) ? url.slice(mount.length) : url, route: path }
}

async function answer(http: KithHttp, request: FastifyRequest, target: Target): Promise<Response> {
  try {
    const body = request.body instanceof Readable ? request.body : request.raw
    return await http.handle(toRequest({ incoming: request.raw, body }), {
      address: request.ip,
      peerAddress: request.socket.remoteAddress,
      ...target,
    })
  } catch (error) {
    return http.problem(error, nameOf(request), headOf(request.raw))
  }
}

/** A request by its route, for the log. */
export function nameOf({ method, routeOptions }: FastifyRequest): string {
  return `${method} ${routeOptions.url ?? ''}`
}

function refusal(error: unknown): unknown {
  const status = error instanceof Error && 'statusCode' in error ? error.statusCode : 500
  if (status === 415) return new KithError('unsupported-media-type', { cause: error })
  return status === 400 ? new KithError('malformed-request', { cause: error }) : error
}
