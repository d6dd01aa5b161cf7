import type { ClientInfo, ErrorCode, Viewer } from '@kith/core'
import type { OwnBytes } from '@kith/core/adapter'
import type { z } from 'zod'
import type { Credentials } from './credentials.ts'
import type { HttpRequest } from './http-request.ts'
import type { OperationId } from './operation-ids.ts'

/** The method of a route. `HEAD` is answered like `GET`, `OPTIONS` by the handler itself. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What a route is, apart from what it does: the OpenAPI document is made from this. */
export interface RouteDescription {
  readonly method: Method
  /** Under the prefix; a segment that begins with a colon is a parameter. */
  readonly path: string
  readonly operationId: OperationId
  readonly summary: string
  readonly body?: z.ZodType | undefined
  readonly query?: z.ZodType | undefined
  /** The status of the response when all went well. */
  readonly status: number
  /** Of files: the statuses of a part, of what the client has already, and of a part that is not there. */
  readonly otherStatuses?: readonly (206 | 304 | 416)[] | undefined
  /** The shape of that answer; without one it has no body. */
  readonly output?: z.ZodType | undefined
  /** The content types of a body that is no JSON; but for a form of fields, such a route reads it by itself. */
  readonly consumes?: readonly string[] | undefined
  /** Whether pages of other sites send browsers here: then the cookies of a session, which would need an allowed page, count for nothing. */
  readonly fromOtherSite?: boolean | undefined
  /** The content types of a response that is no JSON. */
  readonly produces?: readonly string[] | undefined
  /** `false` where something is missing that it needs, such as a place for media: it returns `not-configured`, and is not described. @default true */
  readonly isConfigured?: boolean | undefined
  /** What this route can answer besides what every route like it can. */
  readonly problems?: readonly ErrorCode[] | undefined
}

/** What a route returns when all went well. */
export interface Answer {
  /** Sent as JSON. */
  body?: object | undefined
  bytes?: OwnBytes | undefined
  stream?: AsyncIterable<Uint8Array> | undefined
  /** @default the route's */
  status?: number | undefined
  headers?: Readonly<Record<string, string>> | undefined
  /** Who signed in by this call, for its record. */
  viewer?: Viewer | undefined
}

/** A request that has found its route. */
export interface Exchange<Body = unknown, Query = unknown> {
  readonly request: HttpRequest
  readonly params: Params
  /** Who calls, without who asks. */
  readonly client: ClientInfo
  readonly credentials: Credentials
  /** `Set-Cookie` headers to go with the response, also if it is a problem. */
  readonly setCookies: string[]
  /** Other headers to go with the response, also if it is a problem; names in lower case. */
  readonly headers: Record<string, string>
  /** As it came: what a route hands to a service is read there, once, and typed here for that. */
  readonly body: Body
  readonly query: Query
}

/** The parameters of a path, by name. One that the path does not have is a mistake of the table. */
export type Params = Readonly<Record<'id' | 'username' | 'file' | 'rendition' | 'provider', string>>

/** What the table needs to know of a request to answer it. */
export interface Call extends Exchange {
  requireViewer(): Promise<Viewer>
  readViewer(): Promise<Viewer | null>
  /** Reads body and query, so that they are there. */
  read(route: RouteDescription): Promise<void> | undefined
}

/** One row of the table. */
export interface Route extends RouteDescription {
  /** `guest`: who is signed in is told apart, but need not be. */
  readonly auth: 'public' | 'guest' | 'viewer'
  handle(call: Call): Promise<Answer>
}

interface Schemas<Body, Query> {
  body?: z.ZodType<Body>
  query?: z.ZodType<Query>
}

/** Makes a route that anyone may call. */
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

/** Makes a route for those who are signed in. */
export function viewerRoute<Body = undefined, Query = undefined>(
  route: RouteDescription &
    Schemas<Body, Query> & { handle(viewer: Viewer, exchange: Exchange<Body, Query>): Promise<Answer> },
): Route {
  return {
    ...route,
    auth: 'viewer',
    async handle(call) {
      // The viewer first: a stranger learns nothing of what is wrong with an input.
      const viewer = await call.requireViewer()
      await call.read(route)
      return await route.handle(viewer, call as Exchange<Body, Query>)
    },
  }
}

/** Makes a route that guests may call, and that tells who is signed in. */
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
