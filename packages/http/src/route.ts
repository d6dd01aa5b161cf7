import type { ClientInfo, ErrorCode, Viewer } from '@kith/core'
import type { OwnBytes } from '@kith/core/adapter'
import type { z } from 'zod'
import type { Credentials } from './credentials.ts'
import type { HttpRequest } from './http-request.ts'
import type { OperationId } from './operation-ids.ts'

/** The method of a route. `HEAD` is handled like `GET`, `OPTIONS` by the handler itself. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** The description of a route, apart from what it does: the OpenAPI document is generated from this. */
export interface RouteDescription {
  readonly method: Method
  /** Under the prefix; a segment that begins with a colon is a parameter. */
  readonly path: string
  readonly operationId: OperationId
  readonly summary: string
  readonly body?: z.ZodType | undefined
  readonly query?: z.ZodType | undefined
  /** The status of a successful response. */
  readonly status: number
  /** For files: the statuses of a part, of an unchanged file, and of an unsatisfiable range. */
  readonly otherStatuses?: readonly (206 | 304 | 416)[] | undefined
  /** The shape of that response; without one it has no body. */
  readonly output?: z.ZodType | undefined
  /** The content types of a body other than JSON; except for a form of fields, such a route reads it itself. */
  readonly consumes?: readonly string[] | undefined
  /**
   * Whether pages of other sites send browsers here: then session cookies, which would need an allowed page, are
   * ignored.
   */
  readonly fromOtherSite?: boolean | undefined
  /** The content types of a response other than JSON. */
  readonly produces?: readonly string[] | undefined
  /**
   * `false` if a dependency is missing, such as media storage: it returns `not-configured`, and is not described.
   * @default true
   */
  readonly isConfigured?: boolean | undefined
  /** Its problems in addition to those of every similar route. */
  readonly problems?: readonly ErrorCode[] | undefined
}

/** The result of a successful route. */
export interface Answer {
  /** Sent as JSON. */
  body?: object | undefined
  bytes?: OwnBytes | undefined
  stream?: AsyncIterable<Uint8Array> | undefined
  /** @default the route's */
  status?: number | undefined
  headers?: Readonly<Record<string, string>> | undefined
  /** Who signed in with this call, for its record. */
  viewer?: Viewer | undefined
}

/** A request whose route was found. */
export interface Exchange<Body = unknown, Query = unknown> {
  readonly request: HttpRequest
  readonly params: Params
  /** The client, without the account. */
  readonly client: ClientInfo
  readonly credentials: Credentials
  /** `Set-Cookie` headers for the response, even if it is a problem. */
  readonly setCookies: string[]
  /** Other headers for the response, even if it is a problem; names in lower case. */
  readonly headers: Record<string, string>
  /** Unvalidated: the service validates its input, once; it is typed here for that. */
  readonly body: Body
  readonly query: Query
}

/** The parameters of a path, by name. A parameter that the path does not have is a mistake in the table. */
export type Params = Readonly<Record<'id' | 'username' | 'file' | 'rendition' | 'provider', string>>

/** What the table needs from a request to handle it. */
export interface Call extends Exchange {
  requireViewer(): Promise<Viewer>
  readViewer(): Promise<Viewer | null>
  /** Reads body and query, so that they are available. */
  read(route: RouteDescription): Promise<void> | undefined
}

/** One row of the table. */
export interface Route extends RouteDescription {
  /** `guest`: guests are allowed, and signed-in callers are identified. */
  readonly auth: 'public' | 'guest' | 'viewer'
  handle(call: Call): Promise<Answer>
}

interface Schemas<Body, Query> {
  body?: z.ZodType<Body>
  query?: z.ZodType<Query>
}

/** Creates a route that anyone may call. */
export function publicRoute<Body = undefined, Query = undefined>(
  route: RouteDescription &
    Schemas<Body, Query> & { handle(exchange: Exchange<Body, Query>): Promise<Answer> },
): Route {
  return {
    ...route,
    auth: 'public',
    async handle(call) {
      await call.read(route)
      return await route.handle(call as Exchange<Body, Query>)
    },
  }
}

/** Creates a route for signed-in callers. */
export function viewerRoute<Body = undefined, Query = undefined>(
  route: RouteDescription &
    Schemas<Body, Query> & { handle(viewer: Viewer, exchange: Exchange<Body, Query>): Promise<Answer> },
): Route {
  return {
    ...route,
    auth: 'viewer',
    async handle(call) {
      // The viewer first: a stranger learns nothing about errors in an input.
      const viewer = await call.requireViewer()
      await call.read(route)
      return await route.handle(viewer, call as Exchange<Body, Query>)
    },
  }
}

/** Creates a route that guests may call, and that identifies signed-in callers. */
export function guestRoute<Body = undefined, Query = undefined>(
  route: RouteDescription &
    Schemas<Body, Query> & {
      handle(viewer: Viewer | null, exchange: Exchange<Body, Query>): Promise<Answer>
    },
): Route {
  return {
    ...route,
    auth: 'guest',
    async handle(call) {
      const viewer = await call.readViewer()
      await call.read(route)
      return await route.handle(viewer, call as Exchange<Body, Query>)
    },
  }
}
