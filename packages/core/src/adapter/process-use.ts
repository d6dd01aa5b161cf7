import { readFileSync } from 'node:fs'

/** How much memory a process holds, as Linux says; 0 where there is no `/proc`, or no such process. */
export function residentBytes(pid: number | undefined): number {
  const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(read(pid, 'status')) ?? []
  return Number(kibibytes ?? 0) * 1024
}

/** What a process has mapped to write to, used or not; 0 where there is no `/proc`, or no such process. */
export function mappedBytes(pid: number | 'self' | undefined): number {
  const [, kibibytes] = /^VmData:\s+(\d+) kB$/m.exec(read(pid, 'status')) ?? []
  return Number(kibibytes ?? 0) * 1024
}

/** `USER_HZ`, which is 100 on every platform that Node runs on. */
const ticksPerSecond = 100

/** For how long processors have worked for a process, all of its threads together; 0 where there is no `/proc`. */
export function processorSeconds(pid: number | undefined): number {
  // proc(5): its name may hold anything, and ends with the last bracket; from there the two are the twelfth and thirteenth.
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
