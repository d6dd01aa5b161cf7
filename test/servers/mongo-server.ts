import { randomUUID } from 'node:crypto'
import { MongoClient } from 'mongodb'
import { type MongoSource, findMongo } from './find-mongo.ts'
import { missing } from './find-server.ts'
import { type MongoFacts, type Topology, factsOf } from './mongo-facts.ts'
import { mongodProgram, secantusProgram } from './mongo-programs.ts'
import { type ServerControl, startProcess } from './server-process.ts'
import { noteSkipped, noteUsed } from './test-run.ts'

/** What a suite needs of its server. All but the first two need one of our own, not one at a given address. */
export interface MongoOptions {
  /** @default 'replica-set', for which a sharded cluster at a given address does as well */
  topology?: 'replica-set' | 'standalone'
  /** Faults can be provoked with `configureFailPoint`. On a given server they strike other suites too: name an `appName`. */
  testCommands?: boolean
  /** The server can be killed, frozen and restarted. */
  control?: boolean
  /** What was acknowledged is still there after a kill: SecantusDB syncs each commit; mongod waits for its journal anyway where writes are of the majority. */
  syncOnCommit?: boolean
  /** It asks for a user and a password: those that were made before with the same `storagePath`. */
  auth?: boolean
  /** A folder that stays when the server goes. */
  storagePath?: string
  port?: number
}

/** A MongoDB server for tests. */
export interface MongoServer {
  uri: string
  topology: Topology
  /** Server, version, where it came from and topology. */
  description: string
  kind: MongoSource['kind']
  host: string
  port: number
  /** Null where the server is at a given address: it is not ours to kill. */
  control: ServerControl | null
  /** The name of a database that no other test uses. */
  freshDatabase(): string
  /** Ends it; where it is shared or at a given address, drops the databases named here. */
  stop(): Promise<void>
}

/** Why no server does what the suite needs, noted loudly; null if one does. @throws if `KITH_TEST_SERVERS` asks for one. */
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

/** What a server at a given address cannot do. */
function lackOf({ topology, testCommands }: MongoFacts, options: MongoOptions): string | null {
  const lacks = (what: string): string => `the server of MONGODB_URI ${what}`
  const standalone = topology === 'standalone'
  if (standalone !== (options.topology === 'standalone'))
    return lacks(`is ${standalone ? '' : 'not '}standalone`)
  if (options.testCommands && !testCommands) return lacks('has no test commands')
  const ours = options.control || options.syncOnCommit || options.auth || options.storagePath || options.port
  return ours ? lacks('is not ours to start and kill') : null
}

/** Starts a server, or uses that of `MONGODB_URI`. Ask `mongoMissing` first. */
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
 * The server of suites that keep to databases of their own, as on that of `MONGODB_URI`: what they named is dropped, and it
 * serves the next file of this process, with which it dies. Where options ask for more, one of its own is started.
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

/** Names databases of a server that goes on, and drops them in the end. */
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
