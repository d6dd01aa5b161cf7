import { createHmac } from 'node:crypto'
import { join } from 'node:path'
import { createKith, type Kith } from '@kith/core'
import { kithExpress } from '@kith/express'
import { createSqliteStorage } from '@kith/storage-sqlite'
import type { RequestHandler } from 'express'

/** What the tenants have in common. */
export interface Tenancy {
  /** The names of the tenants, which are the first label of their hosts: `red` for `red.example.com`. */
  names: readonly string[]
  directory: string
  secret: string
}

/** A Kith for each tenant, with a database and keys of its own: an account or a token of one means nothing to another. */
export async function openTenants({ names, directory, secret }: Tenancy): Promise<ReadonlyMap<string, Kith>> {
  const tenants = new Map<string, Kith>()
  for (const name of names) {
    const kith = createKith({
      secret: createHmac('sha256', secret).update(name).digest('base64'),
      storage: createSqliteStorage({ path: join(directory, `${name}.db`) }),
      sessions: { issuer: name, audience: name },
    })
    await kith.storage.migrate()
    tenants.set(name, kith)
  }
  return tenants
}

/** Kith's routes for whichever tenant the host of the request names; any other host is a 404 of the app. */
export function tenantRoutes(tenants: ReadonlyMap<string, Kith>): RequestHandler {
  const routes = new Map(
    [...tenants].map(([name, kith]) => [name, kithExpress(kith, { cookies: { secure: false } }).routes]),
  )
  return (request, response, next) => {
    const handler = routes.get(request.hostname.split('.', 1)[0] ?? '')
    return handler ? handler(request, response, next) : next()
  }
}
