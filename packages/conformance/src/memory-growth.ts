import { setTimeout as wait } from 'node:timers/promises'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** The peak memory growth of this process while `work` runs, in MiB, sampled every few milliseconds. */
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
  /** The memory that the system has given to this process, in bytes. */
  resident: number
  /** The part of it that JavaScript uses. */
  held: number
}

/** How many samples without a decrease count as settled. */
const quietLooks = 5

/**
 * Memory left by earlier work would be returned meanwhile, and hide what the next takes. A separate thread frees the
 * buffers that the collector has found, late on a busy machine.
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
