import { type ErrorCode, errorTable, type VisibleConfig } from '@kith/core'
import * as z from 'zod'
import { formType } from './body.ts'
import { describeFields, type FieldDescriptions } from './own-fields.ts'
import type { Params, Route, RouteDescription } from './route.ts'
import { shapes } from './shapes.ts'
import { type SignInDescription, signInOfHost, signInOfKith } from './sign-in-description.ts'

/** The inputs of the document. */
export interface OpenApiOptions {
  routes: readonly Route[]
  /** The name of the access token's cookie. */
  accessCookie: string
  /** Whether the app has its own sign-in. */
  ownSignIn: boolean
  /** The options with the app's own fields. */
  config: Pick<VisibleConfig, 'accounts' | 'posts'>
}

type Json = Record<string, unknown>

/** Builds the OpenAPI 3.1 document of a table. The same table always produces the identical document. */
export function createOpenApi({ routes, accessCookie, ownSignIn, config }: OpenApiOptions): object {
  const signIn = ownSignIn ? signInOfHost : signInOfKith(accessCookie)
  const fields = describeFields(config, referenceTo)
  const all: Json = { ...outputSchemas(fields), ...fields.schemas }
  const paths: Record<string, Json> = {}
  for (const route of routes) {
    const path = route.path.replace(/:(\w+)/g, '{$1}')
    if (route.body) all[inputName(route)] = inputSchema(route.body, fields)
    paths[path] = { ...paths[path], [route.method.toLowerCase()]: operation(route, signIn) }
  }
  return {
    openapi: '3.1.1',
    info: {
      title: 'Kith',
      version: '1',
      description: 'Accounts, sessions, profiles, posts and a home feed.',
      license: { name: 'MIT', identifier: 'MIT' },
    },
    // Relative to this document, so that it is valid under any mount.
    servers: [{ url: '.' }],
    paths,
    components: {
      schemas: usedOf(all, paths),
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
            'An id for this request, for the response and the log: up to 64 letters, digits and `.:=+/@_-`. Any other value is ignored.',
          schema: { type: 'string' },
        },
      },
      securitySchemes: signIn.schemes,
    },
  }
}

/** The schemas that the document refers to, directly or indirectly. */
function usedOf(schemas: Json, paths: object): Json {
  const used = new Set<string>()
  function follow(from: unknown): void {
    for (const [, name = ''] of JSON.stringify(from).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      if (used.has(name)) continue
      used.add(name)
      follow(schemas[name])
    }
  }
  follow(paths)
  return Object.fromEntries(Object.entries(schemas).filter(([name]) => used.has(name)))
}

function operation(route: Route, signIn: SignInDescription): Json {
  const parameters = [...pathParameters(route), ...queryParameters(route), requestIdParameter]
  return {
    operationId: route.operationId,
    summary: route.summary,
    security: securityOf(route, signIn),
    parameters,
    ...(route.body && {
      requestBody: {
        required: isRequired(route.body),
        content: { 'application/json': { schema: reference(inputName(route)) } },
      },
    }),
    ...(route.consumes && { requestBody: { required: true, content: bodyContent(route.consumes) } }),
    responses: {
      [route.status]: success(route),
      ...Object.fromEntries(
        (route.otherStatuses ?? []).map((status) => [status, otherAnswer(route, status)]),
      ),
      ...Object.fromEntries(
        [...problemsByStatus(route, signIn)].map(([status, codes]) => [status, failure(codes)]),
      ),
    },
  }
}

function securityOf({ auth }: Route, { schemes }: SignInDescription): Json[] {
  const tokens = Object.keys(schemes).map((name) => ({ [name]: [] }))
  if (auth === 'public') return []
  return auth === 'viewer' ? tokens : [{}, ...tokens]
}

function bodyContent(types: readonly string[]): Json {
  if (types.includes(formType)) return { [formType]: { schema: { type: 'object' } } }
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
const sentOnHeaders = (description: string): Json => ({
  ...requestIdHeader,
  Location: { description, required: true, schema: { type: 'string', format: 'uri-reference' } },
})
const requestIdParameter: Json = { $ref: '#/components/parameters/RequestId' }

function pathParameters({ path }: RouteDescription): Json[] {
  return [...path.matchAll(/:(\w+)/g)].map(([, name]) => ({
    name,
    in: 'path',
    required: true,
    ...(name === 'username' && { description: 'The username of an account, or its id' }),
    schema: parameterSchemas[name as keyof Params],
  }))
}

/** Anything else is a 404, or a 400 if readers could disagree about the path. */
const parameterSchemas: Readonly<Record<keyof Params, Json>> = {
  id: { type: 'string', format: 'uuid' },
  username: { type: 'string', pattern: '^[A-Za-z0-9_](\\.?[A-Za-z0-9_])*$', maxLength: 30 },
  file: { type: 'string', pattern: '^[0-9a-f-]{36}\\.png$' },
  provider: { type: 'string', pattern: '^[a-z][a-z0-9-]{0,31}$' },
  rendition: { type: 'string', enum: ['thumb', 'feed', 'full'] },
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

function success({ status, output, produces = [] }: RouteDescription): Json {
  if (status === 302)
    return { description: 'A redirect to the file.', headers: sentOnHeaders('A signed URL.') }
  if (status === 303)
    return { description: 'Sent on.', headers: sentOnHeaders('A provider, or a page of the app.') }
  const done = { description: 'Done.', headers: requestIdHeader }
  if (produces.length > 0) return { ...done, content: contentOf(produces) }
  if (!output) return done
  const name = Object.entries(shapes).find(([, shape]) => shape === output)?.[0]
  const schema = name ? reference(name) : toJsonSchema(output, 'output')
  return { ...done, content: { 'application/json': { schema } } }
}

const otherDescriptions = {
  206: 'The part that `Range` requests.',
  304: 'Unchanged: `If-None-Match` has the tag of this file.',
  416: '`Range` is outside of the file.',
}

function otherAnswer({ produces = [] }: RouteDescription, status: 206 | 304 | 416): Json {
  const answer = { description: otherDescriptions[status], headers: requestIdHeader }
  return status === 206 ? { ...answer, content: contentOf(produces) } : answer
}

function contentOf(types: readonly string[]): Json {
  return Object.fromEntries(types.map((type) => [type, {}]))
}

function failure(codes: readonly ErrorCode[]): Json {
  const description = codes.map((code) => `\`${code}\`: ${errorTable[code].title}`).join('; ')
  return {
    description,
    headers: requestIdHeader,
    content: { 'application/problem+json': { schema: reference('Problem') } },
  }
}

function problemsByStatus(route: Route, signIn: SignInDescription): Map<number, ErrorCode[]> {
  return Map.groupBy(problemsOf(route, signIn), (code) => errorTable[code].status)
}

/** The problems of a route: its own, and those of every route with such an input or guard. */
export function problemsOf(
  { auth, method, body, query, consumes, problems = [] }: Route,
  signIn: Pick<SignInDescription, 'viewer' | 'guest'> = signInOfKith(''),
): ErrorCode[] {
  const codes = new Set<ErrorCode>(problems)
  function add(when: boolean, ...more: ErrorCode[]): void {
    if (when) for (const code of more) codes.add(code)
  }
  add(auth === 'viewer', ...signIn.viewer)
  add(auth === 'viewer' && method !== 'GET', 'origin-not-allowed')
  add(body !== undefined, 'payload-too-large', 'unsupported-media-type')
  add(body !== undefined || consumes !== undefined, 'request-timeout')
  add(auth === 'guest', ...signIn.guest)
  add(consumes?.includes(formType) === true, 'payload-too-large', 'unsupported-media-type')
  add(consumes !== undefined && !consumes.includes(formType), 'invalid-input')
  add(body !== undefined || query !== undefined, 'invalid-input')
  add(
    true,
    'malformed-request',
    'internal-error',
    'storage-failed',
    'storage-busy',
    'storage-read-only',
    'storage-full',
    'storage-unavailable',
  )
  return (Object.keys(errorTable) as ErrorCode[]).filter((code) => codes.has(code))
}

function outputSchemas(fields: FieldDescriptions): Json {
  const registry = z.registry<{ id: string }>()
  for (const [id, shape] of Object.entries(shapes)) registry.add(shape, { id })
  const { schemas } = z.toJSONSchema(registry, { uri: referenceTo, io: 'output' })
  return Object.fromEntries(
    Object.entries(schemas).map(([id, schema]) => [id, fields.complete(id, bare(schema))]),
  )
}

function inputSchema(schema: z.ZodType, fields?: FieldDescriptions): Json {
  return toJsonSchema(schema, 'input', fields)
}

function toJsonSchema(schema: z.ZodType, io: 'input' | 'output', fields?: FieldDescriptions): Json {
  return bare(
    z.toJSONSchema(schema, {
      io,
      unrepresentable: 'any',
      override({ zodSchema, jsonSchema }) {
        const name = fields?.inputName(zodSchema)
        if (name) jsonSchema.$ref = referenceTo(name)
      },
    }),
  )
}

/** Without the dialect of each schema, which the document declares once. */
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
