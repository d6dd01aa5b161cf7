import { type ErrorCode, errorTable } from '@kith/core'
import * as z from 'zod'
import { requestIdPattern } from './http-request.ts'
import type { Route, RouteDescription } from './route.ts'
import { shapes } from './shapes.ts'

/** What the document is made from. */
export interface OpenApiOptions {
  routes: readonly Route[]
  /** The name of the cookie that holds the access token. */
  accessCookie: string
}

type Json = Record<string, unknown>

/** Makes the OpenAPI 3.1 document of a table. The same table gives the same document to the letter. */
export function createOpenApi({ routes, accessCookie }: OpenApiOptions): object {
  const schemas: Json = outputSchemas()
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    if (route.body) schemas[inputName(route)] = inputSchema(route.body)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Kith',
      version: '1',
      description: 'Accounts, sessions, profiles, posts and a home feed.',
    },
    // Relative to this document, so that it holds behind any mount.
    servers: [{ url: '.' }],
    paths,
    components: {
      schemas,
      headers: {
        RequestId: {
          description: 'The id of the request, as the log has it.',
          required: true,
          schema: { type: 'string' },
        },
      },
      parameters: {
        RequestId: {
          name: 'X-Request-Id',
          in: 'header',
          required: false,
          description:
            'An id for this request, to be used in the answer and in the log. Any other text is ignored.',
          schema: { type: 'string', pattern: requestIdPattern.source },
        },
      },
      securitySchemes: {
        bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' },
        cookie: { type: 'apiKey', in: 'cookie', name: accessCookie },
      },
    },
  }
}

function operation(route: Route): Json {
  const parameters = [...pathParameters(route), ...queryParameters(route), requestIdParameter]
  return {
    operationId: route.operationId,
    summary: route.summary,
    security: securityOf(route),
    parameters,
    ...(route.body && {
      requestBody: {
        required: isRequired(route.body),
        content: { 'application/json': { schema: reference(inputName(route)) } },
      },
    }),
    ...(route.consumes && { requestBody: { required: true, content: uploadContent(route.consumes) } }),
    responses: {
      [route.status]: success(route),
      ...Object.fromEntries([...problemsByStatus(route)].map(([status, codes]) => [status, failure(codes)])),
    },
  }
}

function securityOf({ auth }: Route): Json[] {
  const tokens = [{ bearer: [] }, { cookie: [] }]
  if (auth === 'public') return []
  return auth === 'viewer' ? tokens : [{}, ...tokens]
}

function uploadContent(types: readonly string[]): Json {
  const form = {
    type: 'object',
    required: ['file'],
    properties: { file: { type: 'string', format: 'binary' } },
  }
  return Object.fromEntries(
    types.map((type) => [type, type.startsWith('multipart/') ? { schema: form } : {}]),
  )
}

const requestId = { $ref: '#/components/headers/RequestId' }
const requestIdHeader: Json = { 'X-Request-Id': requestId }
const requestIdParameter: Json = { $ref: '#/components/parameters/RequestId' }

function pathParameters({ path }: RouteDescription): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    schema: { type: 'string' },
  }))
}

function queryParameters({ query }: RouteDescription): Json[] {
  const { properties = {}, required = [] } = query ? inputSchema(query) : {}
  return Object.entries(properties as Json).map(([name, schema]) => ({
    name,
    in: 'query',
    required: (required as string[]).includes(name),
    schema,
  }))
}

function success({ output, produces }: RouteDescription): Json {
  const done = { description: 'Done.', headers: requestIdHeader }
  if (produces) return { ...done, content: Object.fromEntries(produces.map((type) => [type, {}])) }
  if (!output) return done
  const name = Object.entries(shapes).find(([, shape]) => shape === output)?.[0]
  const schema = name ? reference(name) : toJsonSchema(output, 'output')
  return { ...done, content: { 'application/json': { schema } } }
}

function failure(codes: readonly ErrorCode[]): Json {
  const description = codes.map((code) => `\`${code}\`: ${errorTable[code].title}`).join('; ')
  return {
    description,
    headers: requestIdHeader,
    content: { 'application/problem+json': { schema: reference('Problem') } },
  }
}

function problemsByStatus(route: Route): Map<number, ErrorCode[]> {
  return Map.groupBy(problemsOf(route), (code) => errorTable[code].status)
}

/** The problems of a route: its own, and those of every route with such an input or guard. */
export function problemsOf({ auth, method, body, query, path, consumes, problems = [] }: Route): ErrorCode[] {
  const codes = new Set<ErrorCode>(problems)
  function add(when: boolean, ...more: ErrorCode[]): void {
    if (when) for (const code of more) codes.add(code)
  }
  add(auth === 'viewer', 'unauthenticated', 'access-token-invalid', 'access-token-expired', 'session-revoked')
  add(auth === 'viewer' && method !== 'GET', 'origin-not-allowed')
  add(body !== undefined, 'malformed-request', 'payload-too-large', 'unsupported-media-type')
  add(body !== undefined || consumes !== undefined, 'request-timeout')
  add(auth === 'guest', 'access-token-invalid', 'access-token-expired', 'session-revoked')
  add(consumes !== undefined, 'malformed-request', 'invalid-input')
  add(path.includes('/:'), 'malformed-request')
  add(body !== undefined || query !== undefined, 'invalid-input')
  add(
    true,
    'internal-error',
    'storage-failed',
    'storage-busy',
    'storage-read-only',
    'storage-full',
    'storage-unavailable',
  )
  return (Object.keys(errorTable) as ErrorCode[]).filter((code) => codes.has(code))
}

function outputSchemas(): Json {
  const registry = z.registry<{ id: string }>()
  for (const [id, shape] of Object.entries(shapes)) registry.add(shape, { id })
  const { schemas } = z.toJSONSchema(registry, { uri: referenceTo, io: 'output' })
  return Object.fromEntries(Object.entries(schemas).map(([id, schema]) => [id, bare(schema)]))
}

function inputSchema(schema: z.ZodType): Json {
  return toJsonSchema(schema, 'input')
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output'): Json {
  return bare(z.toJSONSchema(schema, { io, unrepresentable: 'any' }))
}

/** Without what a schema says of itself, which the document as a whole says. */
function bare({ $schema: _schema, $id: _id, ...schema }: Json): Json {
  return schema
}

function isRequired(body: z.ZodType): boolean {
  return !body.safeParse({}).success
}

function inputName({ operationId }: RouteDescription): string {
  return `${operationId[0]?.toUpperCase()}${operationId.slice(1)}Input`
}

function reference(name: string): Json {
  return { $ref: referenceTo(name) }
}

function referenceTo(name: string): string {
  return `#/components/schemas/${name}`
}
