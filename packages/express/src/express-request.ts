import type { HostRequest } from '@kith/http'
import { NodeRequest, requestIdOf as idOf } from '@kith/http/node'
import type { Request, Response } from 'express'

/**
 * The id with which Kith logs this request, also in the response: its `x-request-id`, an `id` set by another
 * middleware, or a new one.
 */
export function requestIdOf(request: Request): string {
  return idOf(request, (request as { id?: unknown }).id)
}

/** An Express request. */
export class ExpressRequest extends NodeRequest {
  declare readonly incoming: Request
  declare readonly outgoing: Response

  override get id(): string {
    return requestIdOf(this.incoming)
  }

  override get address(): string | undefined {
    return this.incoming.ip
  }

  override get parsedBody(): unknown {
    return this.incoming.body
  }
}

/** A request to a route of the app. */
export function hostRequest(request: Request, response: Response): HostRequest {
  const head = new ExpressRequest(request, response)
  return { head, route: routeOf(request), id: head.id, hasLeft: () => head.hasLeft() }
}

/** The path itself may contain a secret, as in `/reset/<token>`. */
function routeOf({ route }: Request): string | null {
  // Express types it as `any`. It is the part below its router, and missing outside of routes.
  const pattern: unknown = (route as { path?: unknown } | undefined)?.path
  return typeof pattern === 'string' || pattern instanceof RegExp ? String(pattern) : null
}
