import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { percentile } from './percentile.ts'

/** What was seen of a server while something was done to it. */
interface Seen {
  /** MiB by which the server has grown at most. */
  growth: number
  /** MiB of the largest process that it has started. */
  largestChild: number
  /** Milliseconds that other requests took. */
  p99: number
  /** Whether it has ended. */
  isDown: boolean
}

/** A server in a process of its own, looked at from outside. */
export interface WatchedServer {
  post(path: string, body: Buffer): Promise<string>
  watch(work: () => Promise<void>): Promise<Seen>
  stop(): void
}

/** Starts the server of `media-server.ts`. */
export async function startServer(): Promise<WatchedServer> {
  const script = fileURLToPath(new URL('media-server.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=@kith/source', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [first] = (await once(child.stdout, 'data')) as [Buffer]
  const { port, token } = JSON.parse(String(first)) as { port: number; token: string }
  const address = `http://127.0.0.1:${port}/api/v1`

  async function ping(): Promise<number> {
    const start = performance.now()
    await fetch(`${address}/users/mallory`).then((response) => response.arrayBuffer())
    return performance.now() - start
  }

  return {
    async post(path, body) {
      const answer = await fetch(address + path, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/octet-stream' },
        body,
      }).catch(() => null)
      if (!answer) return 'no answer'
      const { code } = (await answer.json()) as { code?: string }
      return `${answer.status} ${code ?? ''}`
    },
    async watch(work) {
      const before = residentMebibytes(child.pid)
      const seen = { growth: 0, largestChild: 0 }
      const look = setInterval(() => {
        seen.growth = Math.max(seen.growth, residentMebibytes(child.pid) - before)
        for (const pid of childrenOf(child))
          seen.largestChild = Math.max(seen.largestChild, residentMebibytes(pid))
      }, 10)
      const times: number[] = []
      let isDone = false
      const pinging = (async () => {
        while (!isDone && child.exitCode === null) {
          times.push(await ping().catch(() => Infinity))
          await new Promise((resolve) => setTimeout(resolve, 5))
        }
      })()
      await work()
      isDone = true
      await pinging
      clearInterval(look)
      return {
        ...seen,
        p99: percentile(times, 0.99),
        isDown: child.exitCode !== null || child.signalCode !== null,
      }
    },
    stop: () => void child.kill('SIGKILL'),
  }
}

function childrenOf({ pid }: ChildProcess): number[] {
  try {
    return readdirSync(`/proc/${pid}/task`).flatMap((thread) =>
      readFileSync(`/proc/${pid}/task/${thread}/children`, 'latin1').split(' ').filter(Boolean).map(Number),
    )
  } catch {
    return []
  }
}

function residentMebibytes(pid: number | undefined): number {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
    return Number(kibibytes ?? 0) / 1024
  } catch {
    return 0
  }
}
