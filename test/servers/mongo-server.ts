import { randomUUID } from 'node:crypto'
import { MongoClient } from 'mongodb'
import { type MongoSource, findMongo } from './find-mongo.ts'
import { missing } from './find-server.ts'
import { type MongoFacts, type Topology, factsOf } from './mongo-facts.ts'
import { mongodProgram, secantusProgram } from './mongo-programs.ts'
import { type ServerControl, startProcess } from './server-process.ts'
import { noteSkipped, noteUsed } from './test-run.ts'

/** What a suite needs from its server. All but the first two need our own server, not one at a given URL. */
export interface MongoOptions {
  /** @default 'replica-set'; a sharded cluster at a given URL is accepted as well */
  topology?: 'replica-set' | 'standalone'
  /** `configureFailPoint` can inject faults. On a given server they affect other suites as well: set an `appName`. */
  testCommands?: boolean
  /** The server can be killed, frozen and restarted. */
  control?: boolean
  /** Acknowledged writes survive a kill: SecantusDB syncs each commit; mongod waits for its journal anyway for majority writes. */
  syncOnCommit?: boolean
  /** It requires a user and a password, which were created before with the same `storagePath`. */
  auth?: boolean
  /** A folder that stays after the server has ended. */
  storagePath?: string
  port?: number
}

/** A MongoDB server for tests. */
export interface MongoServer {
  uri: string
  topology: Topology
  /** Server, version, origin and topology. */
  description: string
  kind: MongoSource['kind']
  host: string
  port: number
  /** Null if the server is at a given URL: tests must not kill it. */
  control: ServerControl | null
  /** The name of a database that no other test uses. */
  freshDatabase(): string
  /** Ends it; if it is shared or at a given URL, drops the databases named here. */
  stop(): Promise<void>
}

/** Why no server meets the needs of the suite, reported prominently; null if one does. @throws if `KITH_TEST_SERVERS` requires one. */
export async function mongoMissing(options: MongoOptions = {}): Promise<string | null> {
  const source = await findMongo()
  if (source.kind === 'missing') {
    return missing(
      `no MongoDB server: ${source.reason}. Set MONGODB_URI, put mongod on the PATH, or have Python 3.10 to 3.13.`,
    )
  }
  const lack = source.kind === 'given' ? lackOf(await factsOf(source.uri), options) : null
  if (lack) noteSkipped(lack)
  return lack
}

/** What a server at a given URL cannot do. */
function lackOf({ topology, testCommands }: MongoFacts, options: MongoOptions): string | null {
  const lacks = (what: string): string => `the server of MONGODB_URI ${what}`
  const standalone = topology === 'standalone'
  if (standalone !== (options.topology === 'standalone'))
    return lacks(`is ${standalone ? '' : 'not '}standalone`)
  if (options.testCommands && !testCommands) return lacks('has no test commands')
  const ours = options.control || options.syncOnCommit || options.auth || options.storagePath || options.port
  return ours ? lacks('is not ours to start and kill') : null
}

/** Starts a server, or uses the one at `MONGODB_URI`. Check `mongoMissing` first. */
export async function startMongo(options: MongoOptions = {}): Promise<MongoServer> {
  const source = await findMongo()
  if (source.kind === 'missing') throw new Error(`No MongoDB server: ${source.reason}`)
  if (source.kind === 'given') return givenServer(source.uri, options)
  const secantus = source.kind === 'secantus'
  const program = secantus ? secantusProgram(source.path, options) : mongodProgram(source.path, options)
  const { port, control, stop } = await startProcess(program, options)
  const base = `mongodb://127.0.0.1:${port}/`
  const facts = await factsOf(`${base}?directConnection=true`)
  return announced({
    uri: facts.setName ? `${base}?replicaSet=${facts.setName}` : base,
    topology: facts.topology,
    description: `${facts.server} (${secantus ? 'venv' : source.origin}), ${facts.shape}`,
    kind: source.kind,
    host: '127.0.0.1',
    port,
    control,
    freshDatabase,
    stop,
  })
}

const shared = new Map<Topology, Promise<MongoServer>>()

/**
 * The server of suites that only use their own databases, as on the one at `MONGODB_URI`: the databases they named are dropped, and it
 * serves the next file of this process, and dies with it. If the options need more, a separate server is started.
 */
export async function shareMongo(options: MongoOptions = {}): Promise<MongoServer> {
  const { topology = 'replica-set', ...more } = options
  const source = await findMongo()
  if (source.kind === 'given' || Object.keys(more).length > 0) return startMongo(options)
  const started = shared.get(topology) ?? startMongo({ topology })
  shared.set(topology, started)
  started.catch(() => shared.delete(topology))
  const server = await started
  return announced({ ...server, ...borrow(server.uri) })
}

async function givenServer(uri: string, options: MongoOptions): Promise<MongoServer> {
  const facts = await factsOf(uri)
  const lack = lackOf(facts, options)
  if (lack) throw new Error(lack)
  const { server, shape, topology, host, port } = facts
  return announced({
    uri,
    topology,
    description: `${server} (MONGODB_URI), ${shape}`,
    kind: 'given',
    host,
    port,
    control: null,
    ...borrow(uri),
  })
}

/** Names databases of a server that continues to run, and drops them at the end. */
function borrow(uri: string): Pick<MongoServer, 'freshDatabase' | 'stop'> {
  const used: string[] = []
  return {
    freshDatabase() {
      used.push(freshDatabase())
      return used.at(-1) ?? ''
    },
    async stop() {
      const client = await MongoClient.connect(uri)
      for (const name of used) await client.db(name).dropDatabase()
      await client.close()
    },
  }
}

function announced(server: MongoServer): MongoServer {
  noteUsed(server.description)
  return server
}

function freshDatabase(): string {
  return `kith_${randomUUID().replaceAll('-', '')}`
}
