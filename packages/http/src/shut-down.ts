import { type IncomingMessage, type Server as HttpServer, ServerResponse } from 'node:http'
import type { Http2Session } from 'node:http2'
import type { Server, Socket } from 'node:net'
import type { Kith } from '@kith/core'

/** How a server stops. */
export interface ShutdownOptions {
  /** Closed when the server is: media processes end, background work is left to upkeep, the storage closes last. */
  kith: Pick<Kith, 'drain' | 'close'> & { config: Pick<Kith['config'], 'log'> }
  /**
   * What else of the host closes, before Kith does: `() => app.close()` of Fastify, other databases, other servers. It has what is left of
   * the grace and 3 s more; if it fails or does not end, Kith closes all the same, and the process ends with 1.
   */
  close?: (() => Promise<unknown>) | undefined
  /** For how long requests that are under way, such as uploads, may go on. @default 25 @reason Kubernetes kills after 30 s; five are left to close the rest. */
  graceSeconds?: number | undefined
  /** For how long it goes on accepting first, for a load balancer that takes a while to notice. @default 0 @reason Without a load balancer nobody needs it; behind one take the interval of its probes. */
  drainSeconds?: number | undefined
  /** Which signals stop it. A second one ends the process immediately. @default ['SIGTERM', 'SIGINT'] */
  signals?: readonly NodeJS.Signals[] | undefined
}

/** Stops the server; resolves when all is closed. Further calls return the same promise. */
export type ShutDown = () => Promise<void>

/** What the host's own `close` has on top of what is left of the grace. */
const hostMillis = 3_000
/** How often connections that have become idle are looked for. */
const lookMillis = 100
/** A process that something of the host keeps alive afterwards ends after this. */
const lingerMillis = 1_000

/**
 * Stops a Node server in order when the process gets a signal: each response says `Connection: close`, requests under way
 * finish within the grace, then the host's own `close` runs, then Kith closes. Call it once, before the server listens or
 * immediately after. Returns the same for the host to call.
 */
export function shutDownOnSignals(server: Server, options: ShutdownOptions): ShutDown {
  const { signals = ['SIGTERM', 'SIGINT'] } = options
  const connections = watchConnections(server)
  let stopping: Promise<void> | null = null
  let signalled = false

  async function stop(): Promise<void> {
    options.kith.drain()
    connections.closeAfterAnswers()
    await pause(1000 * (options.drainSeconds ?? 0))
    const graceMillis = 1000 * (options.graceSeconds ?? 25)
    const end = performance.now() + graceMillis + hostMillis
    await closeServer(server, { connections, graceMillis })
    try {
      await inTime(options.close?.(), end - performance.now())
    } finally {
      // Also where the host's part has failed, or never ends: a `quit()` to a server that is away.
      await options.kith.close()
    }
  }

  const shutDown: ShutDown = () => (stopping ??= stop())

  function onSignal(signal: NodeJS.Signals): void {
    if (signalled) process.exit(signal === 'SIGINT' ? 130 : 143)
    signalled = true
    shutDown().then(
      // Without a reference: a process that nothing keeps alive ends by itself, with its output written.
      () => void setTimeout(() => process.exit(), lingerMillis).unref(),
      (error: unknown) => {
        options.kith.config.log.error('process.not-shut-down', { error })
        options.kith.config.log.flush()
        process.exit(1)
      },
    )
  }
  for (const signal of signals) process.on(signal, onSignal)
  return shutDown
}

interface Connections {
  /** From now on each response ends its connection. */
  closeAfterAnswers(): void
  /** Ends what waits for nothing: also connections on which no request came, which Node takes for busy. */
  endIdle(): void
  endAll(): void
}

function watchConnections(server: Server): Connections {
  const sockets = new Set<Socket>()
  const sessions = new Set<Http2Session>()
  const answers = new Set<ServerResponse>()
  let closing = false

  // Those of TLS come decrypted by an event of their own, and their raw ones have read bytes.
  for (const event of ['connection', 'secureConnection'])
    server.on(event, (socket: Socket) => {
      sockets.add(socket)
      socket.once('close', () => sockets.delete(socket))
    })
  server.on('session', (session: Http2Session) => {
    sessions.add(session)
    session.once('close', () => sessions.delete(session))
  })
  server.prependListener('request', (_request: IncomingMessage, response: unknown) => {
    // Over HTTP/2 a connection is left by its session.
    if (!(response instanceof ServerResponse)) return
    if (closing) response.shouldKeepAlive = false
    answers.add(response)
    response.once('close', () => answers.delete(response))
  })

  return {
    closeAfterAnswers() {
      closing = true
      for (const answer of answers) if (!answer.headersSent) answer.shouldKeepAlive = false
    },
    endIdle() {
      ;(server as Partial<HttpServer>).closeIdleConnections?.()
      for (const session of sessions) if (!session.closed) session.close()
      // A host's WebSockets have read bytes, and are the host's to close.
      if (sessions.size === 0) for (const socket of sockets) if (socket.bytesRead === 0) socket.destroy()
    },
    endAll() {
      for (const session of sessions) session.destroy()
      for (const socket of sockets) socket.destroy()
    },
  }
}

async function closeServer(
  server: Server,
  { connections, graceMillis }: { connections: Connections; graceMillis: number },
): Promise<void> {
  if (!server.listening) return
  const closed = new Promise<void>((done) => void server.close(() => done()))
  connections.endIdle()
  const looking = setInterval(() => connections.endIdle(), lookMillis)
  const grace = setTimeout(() => connections.endAll(), graceMillis)
  await closed
  clearInterval(looking)
  clearTimeout(grace)
}

function pause(millis: number): Promise<void> {
  return new Promise((done) => void setTimeout(done, millis))
}

async function inTime(work: Promise<unknown> | undefined, millis: number): Promise<void> {
  const late = new Error('The `close` of the app has not ended in time, and was not waited for any longer.')
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, fail) => (timer = setTimeout(fail, millis, late)))
  await Promise.race([work, over]).finally(() => clearTimeout(timer))
}
