import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'

/** How many MiB this process grows at most while `work` is done, seen every few milliseconds. */
export async function memoryGrowth(work: () => Promise<void>): Promise<number> {
  // What earlier cases have left would be given back meanwhile, and hide what `work` takes.
  setFlagsFromString('--expose-gc')
  const collect = runInNewContext('gc') as () => void
  collect()
  const before = measure()
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

/** What the system has given to this process, and what JavaScript holds. */
function measure(): { resident: number; held: number } {
  const { rss, heapUsed, external } = process.memoryUsage()
  return { resident: rss, held: heapUsed + external }
}
