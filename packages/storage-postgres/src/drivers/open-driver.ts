import type { PostgresSettings } from '../options.ts'
import type { Driver } from './driver.ts'
import { createPgDriver } from './pg.ts'
import { clientsOf, turnsOn } from './pg-clients.ts'
import { createPostgresJsDriver } from './postgres-js.ts'
import { createOwnDriver } from './own-driver.ts'

/** The driver for these settings, not connected yet. */
export function driverOf(settings: PostgresSettings): Driver {
  if (settings.pool) return createPgDriver(clientsOf(settings.pool))
  if (settings.client) return createPgDriver(turnsOn(settings.client))
  if (settings.sql) return createPostgresJsDriver(settings.sql)
  return createOwnDriver({ url: settings.url, maxConnections: settings.maxConnections ?? 10 })
}
