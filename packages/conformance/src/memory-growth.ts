import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** How many MiB this process grows at most while `work` is done, seen every few milliseconds. */
export async function memoryGrowth(work: () => Promise<void>): Promise<number> {
  const before = await measureAtRest()
  let grown = 0
  function look(): void {
    const now = measure()
    grown = Math.max(grown, now.resident - before.resident, now.held - before.held)
  }
  const watch = setInterval(look, 2)
  try {
    await work()
    look()
  } finally {
    clearInterval(watch)
  }
  return grown / 2 ** 20
}

interface Memory {
  /** What the system has given to this process, in bytes. */
  resident: number
  /** What JavaScript holds of it. */
  held: number
}

/** For so many looks nothing is given back before that counts as rest. */
const quietLooks = 5

/**
 * What earlier work has left would be given back meanwhile, and hide what the next takes. A thread of its own frees the
 * buffers that the collector has found, and on a busy machine it comes late.
 */
async function measureAtRest(): Promise<Memory> {
  const collect = globalThis.gc ?? exposeCollector()
  const least: Memory = { resident: Infinity, held: Infinity }
  for (let quiet = 0; quiet < quietLooks; quiet++) {
    collect()
    await wait(20)
    const now = measure()
    if (least.resident - now.resident > 2 ** 20 || least.held - now.held > 2 ** 20) quiet = 0
    least.resident = Math.min(least.resident, now.resident)
    least.held = Math.min(least.held, now.held)
  }
  return least
}

function exposeCollector(): () => void {
  setFlagsFromString('--expose-gc')
  return runInNewContext('gc') as () => void
}

function measure(): Memory {
  const { rss, heapUsed, external } = process.memoryUsage()
  return { resident: rss, held: heapUsed + external }
}
