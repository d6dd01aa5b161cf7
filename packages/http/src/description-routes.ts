import type { Kith } from '@kith/core'
import * as z from 'zod'
import { publicRoute, type Route } from './route.ts'

/** For documents that are the same for everyone. */
const cacheable = { 'cache-control': 'public, max-age=300' }

/** The routes that describe this API: its OpenAPI document, and its public keys if it has any. */
export function descriptionRoutes(kith: Kith, openApi: () => object): Route[] {
  const description = publicRoute({
    method: 'GET',
    path: '/openapi.json',
    operationId: 'getOpenApi',
    summary: 'Get this OpenAPI description',
    status: 200,
    output: z.looseObject({ openapi: z.string() }),
    handle: async () => ({ body: openApi(), headers: cacheable }),
  })
  const jwks = kith.sessions.jwks()
  if (jwks === null) return [description]
  const keys = publicRoute({
    method: 'GET',
    path: '/.well-known/jwks.json',
    operationId: 'getJwks',
    summary: 'Get the public keys that verify access tokens (RFC 7517)',
    status: 200,
    output: z.looseObject({ keys: z.array(z.looseObject({ kty: z.string(), kid: z.string() })) }),
    handle: async () => ({ body: jwks, headers: cacheable }),
  })
  return [description, keys]
}
