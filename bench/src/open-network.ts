import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Storage } from '@kith/core/ports'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { type HandReaders, readersOfPostgres, readersOfSqlite } from './feed-twin.ts'
import { loadSqlite } from './load-sqlite.ts'
import type { Workload } from './workload.ts'
import { type PostgresServer, postgresMissing, startPostgres } from '../../test/servers/postgres-server.ts'

/** A storage that holds a network. */
export interface Network {
  storage: Storage
  /** Its name, for the heading of figures. */
  place: string
  /** The obvious ways to read a feed there without Kith; null if none are implemented. */
  byHand: (() => HandReaders) | null
  close(): Promise<void>
}

/** Opens the network with this name in a folder, and creates it if it is missing. */
export async function openSqlite(directory: string, name: string, workload: Workload): Promise<Network> {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, `${name}.db`)
  if (!existsSync(`${path}.complete`)) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    await loadSqlite(path, workload)
  }
  const storage = createSqliteStorage({ path })
  return { storage, place: 'SQLite', byHand: () => readersOfSqlite(path), close: () => storage.close() }
}

/** The same in a database of that name on a MongoDB server. */
export async function openMongodb(uri: string, name: string, workload: Workload): Promise<Network> {
  const [{ MongoClient }, { createMongoStorage }, { loadMongodb }] = await Promise.all([
    import('mongodb'),
    import('@kith/storage-mongodb'),
    import('./load-mongodb.ts'),
  ])
  const client = await MongoClient.connect(uri)
  await loadMongodb(client, name, workload)
  const storage = createMongoStorage({ client, database: name, timeoutMillis: 60_000 })
  const { version } = (await client.db(name).command({ buildInfo: 1 })) as { version: string }
  return { storage, place: `MongoDB ${version}`, byHand: null, close: () => client.close() }
}

/** A separate server, whose data stays in that folder. */
async function startIn(storagePath: string): Promise<PostgresServer> {
  const missing = await postgresMissing({ storagePath })
  if (missing) throw new Error(missing)
  mkdirSync(storagePath, { recursive: true })
  return await startPostgres({ storagePath })
}

/** Where a network is stored on PostgreSQL. `prepare` lets the server cache the plans of statements. */
export interface PostgresPlace {
  /** The server, or a folder for one that is started here. */
  at: { uri: string } | { directory: string }
  prepare: boolean
}

/** The same in a schema of that name on a PostgreSQL server. */
export async function openPostgres(
  { at, prepare }: PostgresPlace,
  name: string,
  workload: Workload,
): Promise<Network> {
  const server = 'uri' in at ? null : await startIn(at.directory)
  const uri = server?.uri ?? ('uri' in at ? at.uri : '')
  const [{ default: postgres }, { createPostgresStorage }, { loadPostgres }] = await Promise.all([
    import('postgres'),
    import('@kith/storage-postgres'),
    import('./load-postgres.ts'),
  ])
  const sql = postgres(uri, { onnotice: () => {} })
  await loadPostgres(sql, name, workload)
  const [{ version } = { version: '' }] = await sql<
    { version: string }[]
  >`SELECT current_setting('server_version') AS version`
  await sql.end()
  const storage = createPostgresStorage({ url: uri, schema: name, timeoutMillis: 60_000, prepare })
  return {
    storage,
    place: `PostgreSQL ${version}`,
    byHand: () => readersOfPostgres({ uri, schema: name, prepare }),
    async close() {
      await storage.close()
      await server?.stop()
    },
  }
}
