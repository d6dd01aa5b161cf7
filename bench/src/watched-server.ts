import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { percentile } from './percentile.ts'

/** Measurements of a server during an action. */
interface Seen {
  /** MiB by which the server was larger at its peak than after its first file. */
  growth: number
  /** MiB of the largest child process, at its peak. */
  largestChild: number
  /** Milliseconds that other requests took. */
  p99: number
  /** Whether it has ended. */
  isDown: boolean
}

/** A server in a separate process, observed from outside. */
export interface WatchedServer {
  post(path: string, body: Buffer): Promise<string>
  /** Uses its memory at this point as the baseline without an attack. */
  settle(): void
  watch(work: () => Promise<void>): Promise<Seen>
  stop(): void
}

/** Starts the server of `media-server.ts`. */
export async function startServer(): Promise<WatchedServer> {
  const script = fileURLToPath(new URL('media-server.ts', import.meta.url))
  const child = spawn(process.execPath, ['--conditions=@kith/source', script], {
    stdio: ['ignore', 'pipe', 'inherit'],
    // A folder that no other process on the machine sweeps.
    env: { ...process.env, TMPDIR: mkdtempSync(join(tmpdir(), 'kith-bench-')) },
  })
  const [first] = (await once(child.stdout, 'data')) as [Buffer]
  const { port, token } = JSON.parse(String(first)) as { port: number; token: string }
  const address = `http://127.0.0.1:${port}/api/v1`

  async function ping(): Promise<number> {
    const start = performance.now()
    const response = await fetch(`${address}/users/mallory`)
    await response.arrayBuffer()
    return response.ok ? performance.now() - start : Infinity
  }

  let settled = 0
  return {
    settle: () => void (settled = residentMebibytes(child.pid)),
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
      forgetPeak(child.pid)
      const seen = { growth: 0, largestChild: 0 }
      const look = (): void => {
        seen.growth = Math.max(seen.growth, peakMebibytes(child.pid) - settled)
        for (const pid of childrenOf(child))
          seen.largestChild = Math.max(seen.largestChild, peakMebibytes(pid))
      }
      for (const pid of childrenOf(child)) forgetPeak(pid)
      const looking = setInterval(look, 10)
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
      clearInterval(looking)
      look()
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

/** Resets the kernel's peak value for a process: proc(5), `clear_refs`. */
function forgetPeak(pid: number | undefined): void {
  try {
    writeFileSync(`/proc/${pid}/clear_refs`, '5')
  } catch {
    // The process has ended.
  }
}

function residentMebibytes(pid: number | undefined): number {
  return mebibytes(pid, /^VmRSS:\s+(\d+) kB$/m)
}

function peakMebibytes(pid: number | undefined): number {
  return mebibytes(pid, /^VmHWM:\s+(\d+) kB$/m)
}

function mebibytes(pid: number | undefined, line: RegExp): number {
  try {
    const [, kibibytes] = line.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
    return Number(kibibytes ?? 0) / 1024
  } catch {
    return 0
  }
}
