import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/**
 * Below the ports that systems use for outgoing connections, and separate for each worker of a run: a server finds its port still
 * free when it starts, or starts again.
 */
const [lowest, workers, each] = [12_000, 8, 1_250]
const own = lowest + (Number(process.env['VITEST_POOL_ID'] ?? 0) % workers) * each

/** A local port that was free a moment ago, as were the ports at these distances above it. */
export async function freePort(distances: readonly number[] = []): Promise<number> {
  for (;;) {
    const port = own + Math.floor(Math.random() * each)
    const free = await Promise.all([0, ...distances].map((distance) => isFree(port + distance)))
    if (free.every(Boolean)) return port
  }
}

/** Whether a process on this machine accepts connections on the port. */
export async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    return true
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, '127.0.0.1')
  try {
    await once(server, 'listening')
    return true
  } catch {
    return false
  } finally {
    server.close()
  }
}
