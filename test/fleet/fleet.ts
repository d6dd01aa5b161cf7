import { once } from 'node:events'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'
import type { Kith } from '@kith/core'
import { spawnGuarded } from '../servers/guard.ts'
import { createFleetKith, type FleetSettings } from './fleet-kith.ts'

/** One server process. */
export interface FleetServer {
  name: string
  url: string
  /** Its errors so far: logged ones, and the one that killed it. */
  complaints(): string
}

/** Two Express servers and one Fastify server, each a separate process, sharing the servers behind them. */
export interface Fleet {
  servers: readonly FleetServer[]
  /** A Kith on the same database in this process, bypassing any proxies between the servers and their database. */
  operator: Kith
  stop(): Promise<void>
}

const script = fileURLToPath(new URL('fleet-server.ts', import.meta.url))
const flags = [
  '--conditions=@kith/source',
  '--experimental-strip-types',
  '--disable-warning=ExperimentalWarning',
]

/** Starts a fleet on an empty database; `direct` is the operator's URL if the servers use a different one. */
export async function startFleet(settings: FleetSettings, direct: object = {}): Promise<Fleet> {
  const { kith: operator, close } = createFleetKith({ ...settings, ...direct })
  await operator.storage.migrate()
  const starting = ['express', 'express', 'fastify'].map((framework) => startServer(framework, settings))
  const started = await Promise.all(starting)
  return {
    servers: started.map(({ server }) => server),
    operator,
    async stop() {
      await Promise.all(started.map(({ end }) => end()))
      await close()
    },
  }
}

async function startServer(
  framework: string,
  settings: FleetSettings,
): Promise<{ server: FleetServer; end(): Promise<void> }> {
  const child = spawnGuarded(process.execPath, [...flags, script, framework, JSON.stringify(settings)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let complaints = ''
  child.stderr?.on('data', (chunk: Buffer) => (complaints += chunk.toString()))
  const exit = once(child, 'exit')
  const lines = createInterface(child.stdout as Readable)
  const first = await Promise.race([once(lines, 'line') as Promise<[string]>, exit.then(() => null)])
  if (!first) throw new Error(`A server of the fleet did not start: ${complaints}`)
  return {
    server: { name: `${framework} (${child.pid})`, url: first[0], complaints: () => complaints },
    async end() {
      child.kill('SIGKILL')
      await exit
    },
  }
}
