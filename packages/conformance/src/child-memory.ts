import { readdirSync, readFileSync } from 'node:fs'

/** The peak memory of any child process while `work` runs, in MiB, if the system reports it. */
export async function childMemory(work: () => Promise<void>): Promise<number> {
  let most = 0
  const look = (): void => {
    for (const pid of children()) most = Math.max(most, residentMebibytes(pid))
  }
  const watch = setInterval(look, 10)
  try {
    await work()
    look()
  } finally {
    clearInterval(watch)
  }
  return most
}

function children(): string[] {
  try {
    return readdirSync('/proc/self/task').flatMap((thread) =>
      readFileSync(`/proc/self/task/${thread}/children`, 'latin1').split(' ').filter(Boolean),
    )
  } catch {
    return []
  }
}

function residentMebibytes(pid: string): number {
  try {
    const [, kibibytes] = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? []
    return Number(kibibytes ?? 0) / 1024
  } catch {
    return 0
  }
}
