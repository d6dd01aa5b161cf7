import { type ClientInfo, type ErrorCode, parseInput, type Viewer } from '@kith/core'
import type { z } from 'zod'
import type { Credentials } from './credentials.ts'
import type { RequestHead } from './request-head.ts'

/** The method of a route. `HEAD` is answered like `GET`, `OPTIONS` by the handler itself. */
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'

/** What a route is, apart from what it does: the OpenAPI document is made from this. */
export interface RouteDescription {
  readonly method: Method
  /** Under the prefix; a segment that begins with a colon is a parameter. */
  readonly path: string
  readonly operationId: string
  readonly summary: string
  readonly body?: z.ZodType | undefined
  readonly query?: z.ZodType | undefined
  /** The status of the answer when all went well. */
  readonly status: number
  /** The shape of that answer; without one it has no body. */
  readonly output?: z.ZodType | undefined
  /** The content types of a body that is no JSON; such a route reads it by itself. */
  readonly consumes?: readonly string[] | undefined
  /** The content types of an answer that is no JSON. */
  readonly produces?: readonly string[] | undefined
  /** What this route can answer besides what every route like it can. */
  readonly problems?: readonly ErrorCode[] | undefined
}

/** What a route answers when all went well. */
export interface Answer {
  /** Sent as JSON. */
  body?: object | undefined
  bytes?: Uint8Array<ArrayBuffer> | undefined
  stream?: AsyncIterable<Uint8Array> | undefined
  /** @default the route's */
  status?: number | undefined
  headers?: Readonly<Record<string, string>> | undefined
  /** Who signed in by this call, for its record. */
  viewer?: Viewer | undefined
}

/** A request that has found its route. */
export interface Call {
  readonly head: RequestHead
  /** For routes that read the body by themselves. */
  readonly request: Request
  readonly params: Readonly<Record<string, string>>
  readonly client: ClientInfo
  readonly credentials: Credentials
  /** `Set-Cookie` headers to go with the answer, also if it is a problem. */
  readonly setCookies: string[]
  readQuery(): object
  readBody(): Promise<object>
  requireViewer(): Promise<Viewer>
  readViewer(): Promise<Viewer | null>
}

/** A call whose input has been read. */
export interface Exchange<Body, Query> extends Omit<
  Call,
  'readQuery' | 'readBody' | 'requireViewer' | 'readViewer'
> {
  readonly body: Body
  readonly query: Query
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
  /** The service reads the body by its schema itself, once it has counted the call: here it stays as it came. */
  readByService?: true
}

/** Makes a route that anyone may call. */
export function publicRoute<Body = undefined, Query = undefined>(
  route: RouteDescription &
    Schemas<Body, Query> & { handle(exchange: Exchange<Body, Query>): Promise<Answer> },
): Route {
  return { ...route, auth: 'public', handle: async (call) => route.handle(await read(call, route)) }
}

/** Makes a route for those who are signed in. */
export function viewerRoute<Body = undefined, Query = undefined>(
  route: RouteDescription &
    Schemas<Body, Query> & { handle(viewer: Viewer, exchange: Exchange<Body, Query>): Promise<Answer> },
): Route {
  return {
    ...route,
    auth: 'viewer',
    // The viewer first: a stranger learns nothing of what is wrong with an input.
    handle: async (call) => route.handle(await call.requireViewer(), await read(call, route)),
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
    handle: async (call) => route.handle(await call.readViewer(), await read(call, route)),
  }
}

async function read<Body, Query>(call: Call, schemas: Schemas<Body, Query>): Promise<Exchange<Body, Query>> {
  const { head, request, params, client, credentials, setCookies } = call
  const query = schemas.query && parseInput(schemas.query, call.readQuery())
  const body = schemas.body && (await readBody(call, schemas.body, schemas.readByService))
  // A route without a schema takes the default `undefined` for its type.
  return { head, request, params, client, credentials, setCookies, query: query as Query, body: body as Body }
}

async function readBody<Body>(call: Call, schema: z.ZodType<Body>, readByService = false): Promise<Body> {
  const body = await call.readBody()
  return readByService ? (body as Body) : parseInput(schema, body)
}
