import { type IncomingMessage, type Server as HttpServer, ServerResponse } from 'node:http'
import type { Http2Session } from 'node:http2'
import type { Server, Socket } from 'node:net'
import type { Kith } from '@kith/core'

/** Options for stopping a server. */
export interface ShutdownOptions {
  /** Closed when the server is: media processes end, background work is left to upkeep, the storage closes last. */
  kith: Pick<Kith, 'drain' | 'close'> & { config: Pick<Kith['config'], 'log'> }
  /**
   * Anything else that the host closes, before Kith does: Fastify's `() => app.close()`, other databases, other
   * servers. It has the rest of the grace period and 3 s more; if it fails or does not end, Kith closes anyway, and the
   * process exits with 1.
   */
  close?: (() => Promise<unknown>) | undefined
  /**
   * How long running requests, such as uploads, may continue. @default 25 @reason Kubernetes kills after 30 s; five are
   * left to close the rest.
   */
  graceSeconds?: number | undefined
  /**
   * How long the server keeps accepting requests first, for a load balancer that is slow to notice. @default 0 @reason
   * Not needed without a load balancer; behind one use the interval of its probes.
   */
  drainSeconds?: number | undefined
  /** Which signals stop it. A second one ends the process immediately. @default ['SIGTERM', 'SIGINT'] */
  signals?: readonly NodeJS.Signals[] | undefined
}

/** Stops the server; resolves when everything is closed. Further calls return the same promise. */
export type ShutDown = () => Promise<void>

/** The time for the host's own `close` in addition to the rest of the grace period. */
const hostMillis = 3_000
/** How often to look for idle connections. */
const lookMillis = 100
/** A process that something of the host keeps alive afterwards exits after this. */
const lingerMillis = 1_000

/**
 * Stops a Node server cleanly when the process gets a signal: each response has `Connection: close`, running requests
 * finish within the grace period, then the host's own `close` runs, then Kith closes. Call it once, before the server
 * listens or immediately after. Returns the same function for the host to call.
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
      // Even if the host's part has failed, or never ends: a `quit()` to an unreachable server.
      await options.kith.close()
    }
  }

  const shutDown: ShutDown = () => (stopping ??= stop())

  function onSignal(signal: NodeJS.Signals): void {
    if (signalled) process.exit(signal === 'SIGINT' ? 130 : 143)
    signalled = true
    shutDown().then(
      // Unreferenced: a process that nothing keeps alive exits on its own, with its output written.
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
  /** Ends idle connections, including those without any request, which Node considers busy. */
  endIdle(): void
  endAll(): void
}

function watchConnections(server: Server): Connections {
  const sockets = new Set<Socket>()
  const sessions = new Set<Http2Session>()
  const answers = new Set<ServerResponse>()
  let closing = false

  // TLS connections have their own event, and their raw sockets have read bytes.
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
    // HTTP/2 connections end through their session.
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
  const late = new Error('The `close` of the app did not end in time; the shutdown continues without it.')
  let timer: NodeJS.Timeout | undefined
  const over = new Promise<never>((_, fail) => (timer = setTimeout(fail, millis, late)))
  await Promise.race([work, over]).finally(() => clearTimeout(timer))
}
