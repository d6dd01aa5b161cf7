import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { setPriority } from 'node:os'
import { mappedBytes } from './process-use.ts'

/** Lower priority than the server when the processor is scarce, but well above background work. */
const priority = 5

/** Code compiled later, and the stacks of threads started later. */
export const slackBytes: number = 256 * 1024 * 1024

/**
 * Restricts this process more than its server. If a system lacks one of these limits, the others apply: only the memory
 * watch, which the server runs, is needed everywhere.
 */
export function confineProcess(maxResidentBytes: number): void {
  setPriority(priority)
  if (process.platform !== 'linux') return
  // When the machine runs out of memory, the kernel kills this process before the server.
  attempt(() => writeFileSync('/proc/self/oom_score_adj', '1000'))
  // One allocation can exceed what a watch notices in time: the kernel refuses it. No core dumps of strangers'
  // pictures.
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
