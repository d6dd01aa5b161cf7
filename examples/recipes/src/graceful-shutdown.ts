import type { Server } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import type { Kith } from '@kith/core'
import { shutDownOnSignals } from '@kith/express'

/** The jobs of a process in addition to its requests, each repeated some time after its last run. */
export interface Job {
  everySeconds: number
  run(): Promise<unknown>
}

/** Runs jobs such as `kith.upkeep.run()`, and stops them with the server: running requests and jobs finish, then Kith closes. */
export function serveWithJobs(server: Server, kith: Kith, jobs: readonly Job[]): void {
  const stopping = new AbortController()
  const running = jobs.map((job) => repeat(job, stopping.signal))
  shutDownOnSignals(server, {
    kith,
    async close() {
      stopping.abort()
      await Promise.all(running)
    },
  })
}

async function repeat({ everySeconds, run }: Job, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    // A failed job is repeated, because the storage may be temporarily unavailable.
    await run().catch(console.error)
    await pause(everySeconds * 1000, null, { signal }).catch(() => {})
  }
}
