import type { HostRequest } from '@kith/http'
import { NodeRequest, requestIdOf as idOf } from '@kith/http/node'
import type { Request, Response } from 'express'

/** The id by which Kith logs this request, and that the response carries: its `x-request-id`, an `id` that another middleware gave it, or a new one. */
export function requestIdOf(request: Request): string {
  return idOf(request, (request as { id?: unknown }).id)
}

/** A request as Express has it. */
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

/** The path itself may hold a secret, as `/reset/<token>` does. */
function routeOf({ route }: Request): string | null {
  // Express gives it as `any`. It is the part below the router that it stands in, and missing outside of routes.
  const pattern: unknown = (route as { path?: unknown } | undefined)?.path
  return typeof pattern === 'string' || pattern instanceof RegExp ? String(pattern) : null
}
