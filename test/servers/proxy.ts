import { once } from 'node:events'
import { type Socket, connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { freePort } from './port.ts'

/** A part of the network between a client and a server, which can fail. */
export interface Proxy {
  host: string
  /** The port, which never changes. */
  port: number
  /** How many clients are connected through it. */
  readonly connections: number
  /** The network is down: ends all connections and refuses new ones. */
  cut(): Promise<void>
  /** The network drops everything: connections stay and are accepted, but nothing gets through. */
  stall(): void
  /** Like `stall` for the present connections, permanently; new ones work. */
  abandon(): void
  /** Everything that is sent from now on arrives this much later, in both directions. */
  delay(milliseconds: number): void
  /** New connections lead to another port. */
  lead(port: number): void
  /** Everything works again, and held-back data arrives. */
  heal(): Promise<void>
  close(): Promise<void>
}

/** Opens a port that leads to another one, on this machine by default. */
export async function startProxy(target: { host?: string; port: number }): Promise<Proxy> {
  const { host: targetHost = '127.0.0.1' } = target
  let targetPort = target.port
  const host = '127.0.0.1'
  const port = await freePort()
  const clients = new Set<Socket>()
  const upstreams = new Set<Socket>()
  let generation = 0
  let delayMs = 0
  let stalled: PromiseWithResolvers<void> | null = null

  function pass(from: Socket, to: Socket): void {
    const born = generation
    let passed = Promise.resolve()
    const later = (act: () => void): void => {
      const due = performance.now() + delayMs
      passed = passed.then(async () => {
        await sleep(Math.max(0, due - performance.now()))
        while (stalled) await stalled.promise
        if (born === generation) act()
      })
    }
    from.on('data', (chunk: Buffer) => later(() => to.write(chunk)))
    from.on('end', () => later(() => to.end()))
    from.on('error', () => undefined)
    from.on('close', (failed) => later(() => (failed ? to.resetAndDestroy() : to.end())))
  }

  const server = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const upstream = connect({ host: targetHost, port: targetPort, allowHalfOpen: true, noDelay: true })
    clients.add(client)
    upstreams.add(upstream)
    client.once('close', () => clients.delete(client))
    upstream.once('close', () => upstreams.delete(upstream))
    pass(client, upstream)
    pass(upstream, client)
    client.once('cut', () => upstream.destroy())
  })

  async function open(): Promise<void> {
    if (server.listening) return
    server.listen(port, host)
    await once(server, 'listening')
  }

  function flow(): void {
    stalled?.resolve()
    stalled = null
    delayMs = 0
  }

  async function cut(): Promise<void> {
    if (!server.listening) return
    const closed = once(server, 'close')
    server.close()
    for (const client of clients) client.emit('cut') && client.resetAndDestroy()
    await closed
  }

  await open()
  return {
    host,
    port,
    get connections() {
      return clients.size
    },
    cut,
    abandon: () => void generation++,
    stall: () => void (stalled ??= Promise.withResolvers()),
    lead: (port) => void (targetPort = port),
    delay: (milliseconds) => void (delayMs = milliseconds),
    async heal() {
      flow()
      await open()
    },
    async close() {
      flow()
      await cut()
      for (const upstream of upstreams) upstream.destroy()
    },
  }
}
