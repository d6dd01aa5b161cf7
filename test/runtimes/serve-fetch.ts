import type { FetchApp } from '../../packages/http/test/journeys/fetch-host.ts'

/** The IP address of a client, as far as the runtime knows it. */
export interface Sender {
  address: string | undefined
}

/** A Fetch server of the current runtime. */
export interface FetchServer {
  port: number
  close(): Promise<void>
}

interface BunServer {
  port: number
  requestIP(request: Request): { address: string } | null
  stop(closeConnections: boolean): Promise<void>
}

interface DenoServer {
  addr: { port: number }
  shutdown(): Promise<void>
}

/** The globals of the runtimes, as far as they are used here. */
interface RuntimeGlobals {
  Bun?: {
    serve(options: {
      hostname: string
      port: number
      fetch(request: Request, server: BunServer): Promise<Response>
    }): BunServer
  }
  Deno?: {
    serve(
      options: { hostname: string; port: number; signal: AbortSignal; onListen(): void },
      handler: (request: Request, info: { remoteAddr: { hostname: string } }) => Promise<Response>,
    ): DenoServer & { finished: Promise<void> }
  }
}

/** Serves the app with `Bun.serve` or `Deno.serve`, on a free port. */
export function serveFetch(app: FetchApp<Sender>): FetchServer {
  const place = { hostname: '127.0.0.1', port: 0 }
  const { Bun, Deno } = globalThis as RuntimeGlobals
  if (Bun) {
    const server = Bun.serve({
      ...place,
      fetch: (request, server) => app(request, { address: server.requestIP(request)?.address }),
    })
    return { port: server.port, close: () => server.stop(true) }
  }
  if (!Deno) throw new Error('This runs in Bun and in Deno')
  const stop = new AbortController()
  const server = Deno.serve({ ...place, signal: stop.signal, onListen() {} }, (request, info) =>
    app(request, { address: info.remoteAddr.hostname }),
  )
  return {
    port: server.addr.port,
    async close() {
      stop.abort()
      await server.finished
    },
  }
}
