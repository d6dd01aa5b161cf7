import { type Document, MongoClient } from 'mongodb'

export type Topology = 'replica-set' | 'sharded' | 'standalone'

/** What a server says about itself. */
export interface MongoFacts {
  topology: Topology
  /** The name of the replica set, else undefined. */
  setName: string | undefined
  /** The server and its version, without its origin. */
  server: string
  /** The topology in words. */
  shape: string
  /** Whether `configureFailPoint` can inject faults. */
  testCommands: boolean
  host: string
  port: number
}

/** Asks a server for its facts. Rejects if none responds. */
export async function factsOf(uri: string): Promise<MongoFacts> {
  const client = await MongoClient.connect(uri, { serverSelectionTimeoutMS: 5_000 })
  try {
    const admin = client.db('admin')
    const [hello, build] = await Promise.all([admin.command({ hello: 1 }), admin.command({ buildInfo: 1 })])
    const probe = { configureFailPoint: 'failCommand', mode: 'off' }
    const testCommands = await admin.command(probe).then(
      () => true,
      () => false,
    )
    const { host = '', port = 27017 } = client.options.hosts[0] ?? {}
    return { ...topologyOf(hello), server: serverOf(build), testCommands, host, port }
  } finally {
    await client.close()
  }
}

function topologyOf(hello: Document): Pick<MongoFacts, 'topology' | 'setName' | 'shape'> {
  const setName = hello['setName'] as string | undefined
  if (hello['msg'] === 'isdbgrid') return { topology: 'sharded', setName, shape: 'sharded cluster' }
  if (setName === undefined) return { topology: 'standalone', setName, shape: 'standalone' }
  const { length } = hello['hosts'] as string[]
  return { topology: 'replica-set', setName, shape: `replica set of ${length}` }
}

function serverOf(build: Document): string {
  const secantus = build['secantusVersion'] as string | undefined
  return secantus ? `SecantusDB ${secantus}` : `MongoDB ${build['version'] as string}`
}
