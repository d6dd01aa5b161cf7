import { once } from 'node:events'
import { connect } from 'node:net'
import { Redis } from 'ioredis'
import type { ServerProgram } from './server-process.ts'

/** A single Redis server, or with additional arguments a different kind. */
export function redisProgram(path: string, more: readonly string[] = []): ServerProgram {
  return {
    command: path,
    arguments: (port, folder) => [
      ...['--bind', '127.0.0.1', '--port', String(port), '--dir', folder, '--save', ''],
      ...more,
    ],
    isReady: answersPing,
  }
}

async function answersPing(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1').setTimeout(1_000, () => socket.destroy(new Error('no answer')))
  try {
    socket.write('PING\r\n')
    const [answer] = (await once(socket, 'data')) as [Buffer]
    return answer.toString().startsWith('+PONG')
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

/** Version, origin and topology, as the server reports them. Rejects if none responds. */
export async function describeRedis(url: string, origin: string): Promise<string> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: () => null })
  try {
    await redis.connect()
    const info = await redis.info()
    const version = /redis_version:(\S+)/.exec(info)?.[1] ?? 'of an unknown version'
    const clustered = info.includes('cluster_enabled:1')
    const size = clustered ? Number(/cluster_size:(\d+)/.exec(await redis.cluster('INFO'))?.[1]) : 0
    return `Redis ${version} (${origin}), ${clustered ? `cluster of ${size}` : 'single server'}`
  } finally {
    redis.disconnect()
  }
}
