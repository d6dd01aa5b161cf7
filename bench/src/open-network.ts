import { existsSync, mkdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import type { Storage } from '@kith/core/ports'
import { createSqliteStorage } from '@kith/storage-sqlite'
import { loadSqlite } from './load-sqlite.ts'
import type { Workload } from './workload.ts'

/** A storage that holds a network. */
export interface Network {
  storage: Storage
  /** What it is kept in, for the heading of figures. */
  place: string
  close(): Promise<void>
}

/** Opens the network of that name in a folder, and makes it where it is not there. */
export async function openSqlite(directory: string, name: string, workload: Workload): Promise<Network> {
  mkdirSync(directory, { recursive: true })
  const path = join(directory, `${name}.db`)
  if (!existsSync(`${path}.complete`)) {
    for (const suffix of ['', '-wal', '-shm']) rmSync(path + suffix, { force: true })
    await loadSqlite(path, workload)
  }
  const storage = createSqliteStorage({ path })
  return { storage, place: 'SQLite', close: () => storage.close() }
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
  return { storage, place: `MongoDB ${version}`, close: () => client.close() }
}

/** The same in a schema of that name on a PostgreSQL server. `prepare` lets the server keep the plans of statements. */
export async function openPostgres(
  { uri, prepare }: { uri: string; prepare: boolean },
  name: string,
  workload: Workload,
): Promise<Network> {
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
  return { storage, place: `PostgreSQL ${version}`, close: () => storage.close() }
}
