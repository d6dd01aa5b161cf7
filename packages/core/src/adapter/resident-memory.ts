import { readFileSync } from 'node:fs'

/** How much memory a process holds, as Linux says; 0 where there is no `/proc`, or no such process. */
export function residentBytes(pid: number | undefined): number {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
    return Number(kibibytes ?? 0) * 1024
  } catch {
    return 0
  }
}
