import { readFileSync } from 'node:fs'

/** The resident memory of a process, on Linux; 0 without `/proc`, or if there is no such process. */
export function residentBytes(pid: number | undefined): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(read(pid, 'status')) ?? []
  return Number(kibibytes ?? 0) * 1024
}

/** The writable memory that a process has mapped, used or not; 0 without `/proc`, or if there is no such process. */
export function mappedBytes(pid: number | 'self' | undefined): number {
  const [, kibibytes] = /^VmData:\s+(\d+) kB$/m.exec(read(pid, 'status')) ?? []
  return Number(kibibytes ?? 0) * 1024
}

/** `USER_HZ`, which is 100 on every platform that Node runs on. */
const ticksPerSecond = 100

/** The CPU time of a process, all threads together; 0 without `/proc`. */
export function processorSeconds(pid: number | undefined): number {
  // proc(5): its name may contain anything, and ends with the last bracket; from there the two are the twelfth and
  // thirteenth.
  const [, fields = ''] = /\) (.*)$/s.exec(read(pid, 'stat')) ?? []
  const [user = 0, system = 0] = fields.split(' ').slice(11, 13).map(Number)
  return (user + system) / ticksPerSecond
}

function read(pid: number | 'self' | undefined, name: string): string {
  try {
    return readFileSync(`/proc/${pid}/${name}`, 'latin1')
  } catch {
    return ''
  }
}
