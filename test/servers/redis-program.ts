import { once } from 'node:events'
import { connect } from 'node:net'
import type { ServerProgram } from './server-process.ts'

/** A single Redis server, or with more arguments another one. */
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
