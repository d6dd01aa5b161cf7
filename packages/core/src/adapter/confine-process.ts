import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { mappedBytes } from './process-use.ts'

/** Behind the work of the server where the processor is scarce, and well before work that nobody waits for. */
const priority = 5

/** Code that is compiled later, and stacks of threads that start later. */
export const slackBytes: number = 256 * 1024 * 1024

/**
 * Gives this process less of the machine than its server has. Where a system has no such limit the others hold: of all
 * these, only the watch over its memory, which the server keeps, is needed everywhere.
 */
export function confineProcess(maxResidentBytes: number): void {
  setPriority(priority)
  if (process.platform !== 'linux') return
  // When memory runs out on the machine, the kernel ends this process before the server.
  attempt(() => writeFileSync('/proc/self/oom_score_adj', '1000'))
  // One allocation can be larger than what a watch sees in time: the kernel refuses it. No core files of strangers' pictures.
  attempt(() => {
    // V8 alone maps hundreds of megabytes for code.
    const data = mappedBytes('self') + maxResidentBytes + slackBytes
    spawnSync('prlimit', [`--pid=${process.pid}`, `--data=${data}`, '--core=0'], { stdio: 'ignore' })
  })
}

function attempt(change: () => void): void {
  try {
    change()
  } catch {
    // Not allowed here.
  }
}
