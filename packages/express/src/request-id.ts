import type { HostRequest, RequestOrigin } from '@kith/http'
import { hasLeft, headOf, requestIdOf as idOf } from '@kith/http/node'
import type { Request } from 'express'

/** The id under which Kith logs and answers this request: its `x-request-id`, an `id` that another middleware gave it, or a new one. */
export function requestIdOf(request: Request): string {
  return idOf(request, (request as { id?: unknown }).id)
}

/** What the records of Kith need to know of a request. */
export function originOf(request: Request): RequestOrigin {
  return { id: requestIdOf(request), hasLeft: () => request.res !== undefined && hasLeft(request.res) }
}

/** A request to a route of the app. */
export function hostRequest(request: Request): HostRequest {
  return { head: headOf(request), route: routeOf(request), ...originOf(request) }
}

/** The path itself may hold a secret, as `/reset/<token>` does. */
function routeOf({ route }: Request): string | null {
  // Express gives it as `any`. It is the part below the router that it stands in, and missing outside of routes.
  const pattern: unknown = (route as { path?: unknown } | undefined)?.path
  return typeof pattern === 'string' || pattern instanceof RegExp ? String(pattern) : null
}
