import type { HostRequest, RequestOrigin } from '@kith/http'
import { hasLeft, headOf, requestIdOf as idOf } from '@kith/http/node'
import type { Logger } from '@kith/core'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** The id under which Kith logs and answers this request: its `x-request-id`, or the `id` that Fastify gave it. */
export function requestIdOf(request: FastifyRequest): string {
  return idOf(request.raw, request.id)
}

/** What the records of Kith need to know of a request. */
export function originOf(request: FastifyRequest, reply: FastifyReply): RequestOrigin {
  return { id: requestIdOf(request), hasLeft: () => hasLeft(reply.raw), logger: loggerOf(request) }
}

/** A request to a route of the app, or with `of: 'kith'` one to a path of Kith that Fastify has refused. */
export function hostRequest(request: FastifyRequest, reply: FastifyReply): HostRequest {
  return { head: headOf(request.raw), route: request.routeOptions.url ?? null, ...originOf(request, reply) }
}

/** Without a logger Fastify has one that writes nothing. */
function loggerOf({ log }: FastifyRequest): Logger | undefined {
  return 'bindings' in log ? log : undefined
}
