import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { createKith, type Kith } from '@kith/core'
import { kithExpress, type KithHttpOptions } from '@kith/express'
import { createSqliteStorage } from '@kith/storage-sqlite'
import type { Request, RequestHandler } from 'express'

/** What the tenants have in common. */
export interface Tenancy {
  /** One for each tenant: `red.example.com`. */
  hosts: readonly string[]
  directory: string
  secret: string
}

/** A Kith for each tenant, with a separate database and separate keys: an account or a token of one means nothing to another. */
export async function openTenants({ hosts, directory, secret }: Tenancy): Promise<ReadonlyMap<string, Kith>> {
  const tenants = new Map<string, Kith>()
  for (const host of hosts) {
    const kith = createKith({
      secret: createHmac('sha256', secret).update(host).digest('base64'),
      storage: createSqliteStorage({ path: join(directory, `${host}.db`) }),
      sessions: { issuer: host, audience: host },
    })
    await kith.storage.migrate()
    tenants.set(host, kith)
  }
  return tenants
}

/** Kith's routes for the tenant that the host of the request names; any other host is left to the app. */
export function tenantRoutes(
  tenants: ReadonlyMap<string, Kith>,
  options?: KithHttpOptions<Request>,
): RequestHandler {
  const routes = new Map([...tenants].map(([host, kith]) => [host, kithExpress(kith, options).routes]))
  return (request, response, next) => {
    const handler = routes.get(request.hostname)
    return handler ? handler(request, response, next) : next()
  }
}
