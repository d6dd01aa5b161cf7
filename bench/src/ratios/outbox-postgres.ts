import { createPostgresStorage } from '@kith/storage-postgres'
import pg from 'pg'
import { postgresMissing, startPostgres } from '../../../test/servers/postgres-server.ts'
import { reportOutboxCost } from '../outbox-cost.ts'

// `ratio outbox` on PostgreSQL: one client; `--prepare` lets the server keep plans. The server is one of its own, or that of POSTGRES_URI.

const prepare = process.argv.includes('--prepare')
const missing = await postgresMissing()
if (missing) throw new Error(missing)
const server = await startPostgres()
const pool = new pg.Pool({ connectionString: server.uri, max: 8 })
const schemas = { kith: server.freshSchema(), twin: server.freshSchema() }
const on = (schema: string) => createPostgresStorage({ pool, schema, timeoutMillis: 60_000, prepare })
await reportOutboxCost('PostgreSQL', { kith: on(schemas.kith), twin: on(schemas.twin) })
for (const schema of Object.values(schemas)) await pool.query(`DROP SCHEMA ${schema} CASCADE`)
await pool.end()
await server.stop()
