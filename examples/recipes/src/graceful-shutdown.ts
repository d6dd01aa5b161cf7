import type { Server } from 'node:http'
import type { Kith } from '@kith/core'
import { shutDownOnSignals } from '@kith/express'

/** What a process does beside its requests, each job a while after it was done the last time. */
export interface Job {
  everySeconds: number
  run(): Promise<unknown>
}

/** Runs jobs such as `kith.upkeep.run()`, and stops them with the server: requests under way finish, then Kith closes. */
export function serveWithJobs(server: Server, kith: Kith, jobs: readonly Job[]): void {
  const stopped = new AbortController()
  const running = jobs.map((job) => repeat(job, stopped.signal))
  shutDownOnSignals(server, {
    kith,
    async close() {
      stopped.abort()
      await Promise.all(running)
    },
  })
}

async function repeat({ everySeconds, run }: Job, stopped: AbortSignal): Promise<void> {
  while (!stopped.aborted) {
    // One that fails comes again: the storage may be away for a moment.
    await run().catch(console.error)
    await pause(everySeconds * 1000, stopped)
  }
}

function pause(millis: number, stopped: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, millis)
    stopped.addEventListener('abort', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}
