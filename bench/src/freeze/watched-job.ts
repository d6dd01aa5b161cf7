import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as wait } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import { percentile } from '../percentile.ts'

/** The effect of a job on others. */
export interface Watched {
  seconds: number
  /** The CPU time of this thread in it, which does not grow with other load. */
  workSeconds: number
  /** The longest time without a turn of the event loop, in milliseconds; on a busy machine it includes other processes. */
  longestFreeze: number
  /** The most CPU time of this thread within one turn: the freeze on an idle machine, except for waiting for the disk. */
  longestWork: number
  routeP99: number
  routeMost: number
}

/** Watches the event loop of this process from inside, and one of its routes from another thread. */
export interface Watch {
  during(job: () => Promise<unknown>): Promise<Watched>
  close(): Promise<void>
}

/** Starts the server and the thread that calls it every few milliseconds, however long the previous responses took. */
export async function startWatch(): Promise<Watch> {
  const server = createServer((_request, response) => response.end('{"status":"ok"}'))
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = new Worker(new URL('ask-every-few-millis.ts', import.meta.url), { workerData: { port } })
  await once(client, 'message')

  async function answers(): Promise<number[]> {
    client.postMessage('report')
    const [millis] = (await once(client, 'message')) as [number[]]
    return millis
  }

  return {
    async during(job) {
      await answers()
      const turns = watchTurns()
      const [begin, workBegin] = [performance.now(), cpuMillis()]
      await job()
      const seconds = (performance.now() - begin) / 1000
      const workSeconds = (cpuMillis() - workBegin) / 1000
      await wait(50)
      const { longestFreeze, longestWork } = turns.end()
      const millis = await answers()
      return {
        seconds,
        workSeconds,
        longestFreeze,
        longestWork,
        routeP99: percentile(millis, 0.99),
        routeMost: Math.max(0, ...millis),
      }
    },
    async close() {
      await client.terminate()
      server.closeAllConnections()
      server.close()
    },
  }
}

function watchTurns(): { end(): Pick<Watched, 'longestFreeze' | 'longestWork'> } {
  const every = 5
  let [at, cpu] = [performance.now(), cpuMillis()]
  let [longestFreeze, longestWork] = [0, 0]
  const timer = setInterval(() => {
    const [now, cpuNow] = [performance.now(), cpuMillis()]
    longestFreeze = Math.max(longestFreeze, now - at - every)
    longestWork = Math.max(longestWork, cpuNow - cpu)
    at = now
    cpu = cpuNow
  }, every)
  return {
    end() {
      clearInterval(timer)
      return { longestFreeze, longestWork }
    },
  }
}

function cpuMillis(): number {
  const { user, system } = process.threadCpuUsage()
  return (user + system) / 1000
}
