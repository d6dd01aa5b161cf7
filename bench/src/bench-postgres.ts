import { createPostgresStorage } from '@kith/storage-postgres'
import type { Storage } from '@kith/core/ports'
import pg from 'pg'
import {
  type PostgresOptions,
  type PostgresServer,
  postgresMissing,
  startPostgres,
} from '../../test/servers/postgres-server.ts'

/** The PostgreSQL server of a benchmark: the one at POSTGRES_URI, or a separate one. */
export interface BenchPostgres {
  server: PostgresServer
  pool: pg.Pool
  /** Whether `--prepare` lets the server cache the plans of both sides. */
  prepare: boolean
  /** A migrated storage in a separate schema. */
  freshStorage(options?: { partitions?: number }): Promise<{ storage: Storage; schema: string }>
  /** Drops the schemas, and stops the server if it is a separate one. */
  close(): Promise<void>
}

/** Opens a pool with this many connections to it. */
export async function openBenchPostgres(
  connections: number,
  options: PostgresOptions = {},
): Promise<BenchPostgres> {
  const prepare = process.argv.includes('--prepare')
  const missing = await postgresMissing(options)
  if (missing) throw new Error(missing)
  const server = await startPostgres(options)
  const pool = new pg.Pool({ connectionString: server.uri, max: connections })
  const schemas: string[] = []
  return {
    server,
    pool,
    prepare,
    async freshStorage({ partitions } = {}) {
      const schema = server.freshSchema()
      schemas.push(schema)
      const storage = createPostgresStorage({ pool, schema, timeoutMillis: 60_000, prepare, partitions })
      await storage.migrate()
      return { storage, schema }
    },
    async close() {
      for (const schema of schemas) await pool.query(`DROP SCHEMA ${schema} CASCADE`)
      await pool.end()
      await server.stop()
    },
  }
}
