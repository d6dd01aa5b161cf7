import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { type RedisSource, findRedis } from './find-redis.ts'
import { missing } from './find-server.ts'
import { describeRedis, redisProgram } from './redis-program.ts'
import { type ServerControl, startProcess } from './server-process.ts'
import { noteSkipped, noteUsed } from './test-run.ts'

/** What a suite needs from its server; each of these needs our own server, not one at a given URL. */
export interface RedisOptions {
  /** The server can be killed, frozen and restarted. */
  control?: boolean
  /** Acknowledged writes survive a kill; otherwise it starts empty again. */
  durable?: boolean
  port?: number
}

/** A Redis server for tests. */
export interface RedisServer {
  url: string
  /** Version, origin and topology. */
  description: string
  kind: RedisSource['kind']
  host: string
  port: number
  /** Null if the server is at a given URL: tests must not kill it. */
  control: ServerControl | null
  /** A key prefix that no other test uses. */
  freshPrefix(): string
  /** Ends it; if it is at a given URL, deletes the keys with the prefixes named here. */
  stop(): Promise<void>
}

/** Why no server meets the needs of the suite, reported prominently; null if one does. @throws if `KITH_TEST_SERVERS` requires one. */
export async function redisMissing(options: RedisOptions = {}): Promise<string | null> {
  const source = await findRedis()
  if (source.kind === 'missing') {
    return missing(
      `no Redis server: ${source.reason}. Set REDIS_URL, put redis-server on the PATH, or have Python 3.10 to 3.13.`,
    )
  }
  const lack = source.kind === 'given' ? lackOf(options) : null
  if (lack) noteSkipped(lack)
  return lack
}

/** What a server at a given URL cannot do. */
function lackOf({ control, durable, port }: RedisOptions): string | null {
  return control || durable || port ? 'the server of REDIS_URL is not ours to start and kill' : null
}

/** Starts a server, or uses the one at `REDIS_URL`. Check `redisMissing` first. */
export async function startRedis(options: RedisOptions = {}): Promise<RedisServer> {
  const source = await findRedis()
  if (source.kind === 'missing') throw new Error(`No Redis server: ${source.reason}`)
  if (source.kind === 'given') return givenServer(source.url, options)
  const durable = options.durable ? ['--appendonly', 'yes', '--appendfsync', 'always'] : []
  const { port, control, stop } = await startProcess(redisProgram(source.path, durable), options)
  const url = `redis://127.0.0.1:${port}`
  const description = await describeRedis(url, source.origin)
  noteUsed(description)
  return { url, description, kind: source.kind, host: '127.0.0.1', port, control, freshPrefix, stop }
}

async function givenServer(url: string, options: RedisOptions): Promise<RedisServer> {
  const lack = lackOf(options)
  if (lack) throw new Error(lack)
  const { hostname, port } = new URL(url)
  const description = await describeRedis(url, 'REDIS_URL')
  noteUsed(description)
  const used: string[] = []
  return {
    url,
    description,
    kind: 'given',
    host: hostname,
    port: Number(port || 6379),
    control: null,
    freshPrefix() {
      used.push(freshPrefix())
      return used.at(-1) ?? ''
    },
    stop: () => deleteAll(url, used),
  }
}

async function deleteAll(url: string, prefixes: readonly string[]): Promise<void> {
  const redis = new Redis(url)
  for (const prefix of prefixes) {
    for await (const keys of redis.scanStream({ match: `${prefix}*` }) as AsyncIterable<string[]>) {
      if (keys.length > 0) await redis.del(keys)
    }
  }
  await redis.quit()
}

function freshPrefix(): string {
  return `kith-${randomUUID()}:`
}
