import type { Driver } from './driver.ts'
import { createPgDriver } from './pg.ts'
import { clientsOf } from './pg-clients.ts'
import { createPostgresJsDriver } from './postgres-js.ts'

/** Where Kith opens its own pool. */
export interface OwnPool {
  url: string
  maxConnections: number
}

/** A driver that opens its pool on first use, with the package that the app has installed. */
export function createOwnDriver(own: OwnPool): Driver {
  let opened: Promise<Driver> | null = null
  let closing: Promise<void> | null = null
  const open = (): Promise<Driver> => {
    opened ??= openPool(own)
    return opened
  }
  return {
    query: async (query, deadline) => (await open()).query(query, deadline),
    transaction: async (work, how) => (await open()).transaction(work, how),
    async close() {
      closing ??= opened?.then((driver) => driver.close()) ?? null
      await closing
    },
  }
}

async function openPool(own: OwnPool): Promise<Driver> {
  for (const open of [withPg, withPostgresJs]) {
    try {
      return await open(own)
    } catch (error) {
      if (!isNotInstalled(error)) throw error
    }
  }
  throw new TypeError(
    'Install pg (or postgres) beside @kith/storage-postgres: it opens a { url } with one of them',
  )
}

/** Whether an import failed because the package does not exist. */
export function isNotInstalled(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_MODULE_NOT_FOUND'
}

async function withPg({ url, maxConnections: max }: OwnPool): Promise<Driver> {
  const { default: pg } = await import('pg')
  const pool = new pg.Pool({ connectionString: url, max, application_name: 'kith' })
  // A lost idle client was already removed. Without a listener, the event would crash the process.
  pool.on('error', () => {})
  return createPgDriver(clientsOf(pool), () => pool.end())
}

async function withPostgresJs({ url, maxConnections: max }: OwnPool): Promise<Driver> {
  const { default: postgres } = await import('postgres')
  const sql = postgres(url, {
    max,
    prepare: false,
    fetch_types: false,
    onnotice: () => {},
    backoff: () => 0.1,
  })
  return createPostgresJsDriver(sql, () => sql.end({ timeout: 5 }))
}
