import { join } from 'node:path'
import { type Missing, firstOf, venvOnly } from './find-server.ts'
import { findOnPath } from './program-path.ts'
import { programsOf } from './python-venv.ts'
import { withProgress } from './run.ts'
import { oncePerRun } from './test-run.ts'

/** A server at a URL, or a program that can be started. */
export type MongoSource =
  | { kind: 'given'; uri: string }
  | { kind: 'mongod'; path: string; origin: string }
  | { kind: 'secantus'; path: string }

const secantus = 'SecantusDB==0.7.0b3'

/** Finds a server or program for MongoDB's protocol: the first one available, looked up once per run. */
export async function findMongo(): Promise<MongoSource | Missing> {
  const uri = process.env['MONGODB_URI']
  if (uri && !venvOnly()) return { kind: 'given', uri }
  const places = venvOnly() ? [inVenv] : [named, onPath, downloaded, inVenv]
  return oncePerRun('mongo', () => firstOf<MongoSource>(places))
}

async function named(): Promise<MongoSource | null> {
  const path = process.env['MONGOMS_SYSTEM_BINARY']
  return path ? { kind: 'mongod', path, origin: 'MONGOMS_SYSTEM_BINARY' } : null
}

async function onPath(): Promise<MongoSource | null> {
  const [path] = findOnPath('mongod')
  return path ? { kind: 'mongod', path, origin: 'on the PATH' } : null
}

async function downloaded(): Promise<MongoSource | null> {
  const { DryMongoBinary, MongoBinary } = await import('mongodb-memory-server-core')
  const options = DryMongoBinary.getEnsuredOptions()
  const there = await DryMongoBinary.locateBinary(options)
  const fetch = (): Promise<string> => MongoBinary.getPath()
  const path = there ?? (await withProgress(`Fetching mongod ${options.version}, once, for tests`, fetch))
  return { kind: 'mongod', path, origin: 'downloaded' }
}

async function inVenv(): Promise<MongoSource | null> {
  return { kind: 'secantus', path: join(await programsOf(secantus), 'secantusd-py') }
}
