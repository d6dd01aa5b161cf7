import { createKith } from '@kith/core'
import { kithFastify, shutDownOnSignals } from '@kith/fastify'
import { createPostgresStorage } from '@kith/storage-postgres'
import { fastify } from 'fastify'
import pg from 'pg'
import { addListings, createTables } from './listings.ts'

const {
  KITH_SECRET = '',
  DATABASE_URL = 'postgres://postgres:postgres@localhost:5432/postgres',
  PORT = '3000',
} = process.env

// One pool for both: Kith uses a connection of it for each call, the app for each of its own.
const pool = new pg.Pool({ connectionString: DATABASE_URL })
pool.on('error', (error) => console.error('An idle connection was lost:', error.message))

const kith = createKith({
  secret: KITH_SECRET,
  storage: createPostgresStorage({ pool }),
  posts: { textOnly: true },
})
await kith.storage.migrate()
await pool.query(createTables)

const app = fastify()
await app.register(kithFastify, {
  kith,
  allowedOrigins: [`http://localhost:${PORT}`],
  cookies: { secure: false }, // only while there is no https
})
addListings(app, { kith, pool })
shutDownOnSignals(app.server, {
  kith,
  async close() {
    await app.close()
    await pool.end()
  },
})
console.log(await app.listen({ port: Number(PORT) }))
