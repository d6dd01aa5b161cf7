import { once } from 'node:events'
import { connect, createServer } from 'node:net'

/** Below what systems give to outgoing connections: a server that restarts finds its port still free. */
const [lowest, highest] = [12_000, 21_999]

/** A port of this machine that was free a moment ago, as were the ports so far above it. */
export async function freePort(distances: readonly number[] = []): Promise<number> {
  for (;;) {
    const port = lowest + Math.floor(Math.random() * (highest - lowest + 1))
    const free = await Promise.all([0, ...distances].map((distance) => isFree(port + distance)))
    if (free.every(Boolean)) return port
  }
}

/** Whether somebody of this machine takes connections at the port. */
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
