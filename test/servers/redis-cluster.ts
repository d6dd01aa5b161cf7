import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'
import { findRedisProgram } from './find-redis.ts'
import { missing } from './find-server.ts'
import { describeRedis, redisProgram } from './redis-program.ts'
import { type ServerControl, startProcess } from './server-process.ts'
import { noteUsed } from './test-run.ts'

/** One server of a cluster, with a third of the slots. */
interface RedisNode {
  host: string
  port: number
  control: ServerControl
}

/** Three Redis servers that share the slots, without replicas. */
export interface RedisCluster {
  nodes: RedisNode[]
  description: string
  stop(): Promise<void>
}

/** Nodes communicate on ports that are this much above those for clients. */
const busDistance = 10_000
const slots = 16_384
const settings = ['--cluster-enabled', 'yes', '--cluster-node-timeout', '2000']

/** Why no cluster can be started, like `redisMissing`; a given `REDIS_URL` is not a cluster and is ignored. */
export async function redisClusterMissing(): Promise<string | null> {
  const program = await findRedisProgram()
  if (program.kind !== 'missing') return null
  return missing(
    `no Redis cluster: ${program.reason}. Put redis-server on the PATH, or have Python 3.10 to 3.13.`,
  )
}

/** Starts a cluster; resolves once each node knows that all slots are served. Check `redisClusterMissing` first. */
export async function startRedisCluster(): Promise<RedisCluster> {
  const source = await findRedisProgram()
  if (source.kind === 'missing') throw new Error(`No Redis cluster: ${source.reason}`)
  const program = { ...redisProgram(source.path, settings), portDistances: [busDistance] }
  const servers = await Promise.all([1, 2, 3].map(() => startProcess(program, {})))
  await join(servers.map(({ port }) => port))
  const description = await describeRedis(`redis://127.0.0.1:${servers[0]?.port}`, source.origin)
  noteUsed(description)
  return {
    nodes: servers.map(({ port, control }) => ({ host: '127.0.0.1', port, control })),
    description,
    async stop() {
      await Promise.all(servers.map((server) => server.stop()))
    },
  }
}

async function join(ports: readonly number[]): Promise<void> {
  const clients = ports.map((port) => new Redis(port, '127.0.0.1'))
  const share = Math.ceil(slots / clients.length)
  for (const [index, client] of clients.entries()) {
    const first = index * share
    const own = Array.from({ length: Math.min(share, slots - first) }, (_, offset) => first + offset)
    await client.cluster('ADDSLOTS', own)
    await client.cluster('SET-CONFIG-EPOCH', index + 1)
  }
  for (const port of ports.slice(1)) await clients[0]?.cluster('MEET', '127.0.0.1', port)
  await Promise.all(clients.map(untilWhole))
  for (const client of clients) client.disconnect()
}

async function untilWhole(client: Redis): Promise<void> {
  const signs = ['cluster_state:ok', `cluster_slots_ok:${slots}`, 'cluster_known_nodes:3']
  for (;;) {
    const info = await client.cluster('INFO')
    if (signs.every((sign) => info.includes(sign))) return
    await sleep(50)
  }
}
