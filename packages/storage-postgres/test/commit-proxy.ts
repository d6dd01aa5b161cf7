import { once } from 'node:events'
import { type Socket, connect, createServer } from 'node:net'

/** What happens to the next COMMIT, or the next statement with a given text. */
export type Mishap =
  /** It arrives, and its response does not. */
  | 'the answer is lost'
  /** It does not arrive, and the server notices that the client has disconnected. */
  | 'the question is lost'
  /** It does not arrive, and the server notices nothing. */
  | 'the question is lost in silence'

/** A network between a client and a server that loses messages on request. */
export interface CommitProxy {
  port: number
  /** Loses the next message that contains this, once. `meanwhile` runs after it has been carried out. */
  lose(what: RegExp, mishap: Mishap, meanwhile?: () => Promise<void>): void
  close(): void
}

interface Loss {
  what: RegExp
  mishap: Mishap
  meanwhile(): Promise<void>
}

/** Opens a port that leads to the server. */
export async function startCommitProxy(target: number): Promise<CommitProxy> {
  let next: Loss | null = null
  const sockets = new Set<Socket>()

  const server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1')
    let loss: Loss | null = null
    for (const socket of [client, upstream]) {
      sockets.add(socket)
      socket.on('error', () => {})
    }
    client.on('data', (chunk: Buffer) => {
      if (next?.what.test(chunk.toString('latin1'))) [loss, next] = [next, null]
      if (!loss || loss.mishap === 'the answer is lost') return void upstream.write(chunk)
      client.destroy()
      if (loss.mishap === 'the question is lost') upstream.destroy()
    })
    upstream.on('data', (chunk: Buffer) => {
      if (!loss) return void client.write(chunk)
      void loss.meanwhile().then(() => {
        client.destroy()
        upstream.destroy()
      })
    })
    client.on('close', () => loss ?? upstream.destroy())
    upstream.on('close', () => loss ?? client.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as { port: number }
  return {
    port,
    lose: (what, mishap, meanwhile = async () => {}) => void (next = { what, mishap, meanwhile }),
    close() {
      server.close()
      for (const socket of sockets) socket.destroy()
    },
  }
}
