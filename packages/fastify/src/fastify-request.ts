import { Readable } from 'node:stream'
import type { HostRequest } from '@kith/http'
import { NodeRequest, requestIdOf as idOf } from '@kith/http/node'
import type { Logger } from '@kith/core'
import type { FastifyReply, FastifyRequest } from 'fastify'

/** The id with which Kith logs this request, also in the response: its `x-request-id`, or Fastify's `id`. */
export function requestIdOf(request: FastifyRequest): string {
  return idOf(request.raw, request.id)
}

/** A Fastify request. */
export class HostedRequest extends NodeRequest {
  readonly #request: FastifyRequest

  constructor(request: FastifyRequest, reply: FastifyReply) {
    super(request.raw, reply.raw, request)
    this.#request = request
  }

  override get id(): string {
    return requestIdOf(this.#request)
  }

  /** Without a logger Fastify has one that writes nothing. */
  override get logger(): Logger | undefined {
    const { log } = this.#request
    return 'bindings' in log ? log : undefined
  }

  override get address(): string | undefined {
    return this.#request.ip
  }

  protected override get source(): Readable {
    const { body, raw } = this.#request
    return body instanceof Readable ? body : raw
  }
}

/** A request to a route of the app, or with `of: 'kith'` one to a path of Kith that Fastify has refused. */
export function hostRequest(request: FastifyRequest, reply: FastifyReply): HostRequest {
  const head = new HostedRequest(request, reply)
  const { id, logger } = head
  return { head, route: request.routeOptions.url ?? null, id, logger, hasLeft: () => head.hasLeft() }
}
