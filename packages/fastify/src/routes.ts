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
    send(reply, http.problem(refusal(error), nameOf(request), headOf(request.raw))),
  )

  for (const path of http.paths) {
    scope.route({
      // All of them, so that a wrong one is told the right ones.
      method: scope.supportedMethods,
      url: path,
      exposeHeadRoute: false,
      handler: async (request, reply) => send(reply, await answer(request, http, scope.prefix)),
    })
  }
}

async function answer(request: FastifyRequest, http: KithHttp, mount: string): Promise<Response> {
  try {
    const body = request.body instanceof Readable ? request.body : request.raw
    const url = request.url.slice(mount.length)
    return await http.handle(toRequest({ incoming: request.raw, url, body }), { address: request.ip })
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
