import { type Connection, createConnection } from '../src/connection.ts'
import { createPgDriver } from '../src/drivers/pg.ts'
import type { TakeClient } from '../src/drivers/pg-clients.ts'
import type { MigrationPlace } from '../src/long-work.ts'

/** The environment of a migration, as `createPostgresStorage` creates it, with a short timeout for short steps. */
export function placeOn(take: TakeClient, schema: string, shortMillis = 60_000): MigrationPlace {
  const driver = createPgDriver(take)
  const connect = (timeoutMillis: number): Connection =>
    createConnection({ driver, schema, prepare: false, timeoutMillis })
  return { schema, short: connect(shortMillis), long: connect(2 ** 31 - 1) }
}
