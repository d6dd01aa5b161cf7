import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Settings } from '../settings.ts'

/**
 * Does `work` in a folder that has no database yet, once. While it runs there is a file `seeding`, which the process holds, and at the end one
 * called `seeded`; where only the former is left the process was killed half-way, and what it made is thrown away: nobody has used it yet.
 */
export async function seedOnce(settings: Settings, work: (() => Promise<void>) | null): Promise<void> {
  const { directory, database, media } = settings
  const [seeding, seeded] = [join(directory, 'seeding'), join(directory, 'seeded')]
  const cutOff = existsSync(seeding)
  if (!cutOff && (existsSync(database) || !work)) return
  const hold = holdFile(seeding)
  try {
    if (cutOff && !existsSync(seeded)) {
      for (const file of [database, `${database}-wal`, `${database}-shm`]) rmSync(file, { force: true })
      rmSync(media, { recursive: true, force: true })
    }
    if (work && !existsSync(database)) {
      rmSync(seeded, { force: true })
      await work()
    }
    writeFileSync(seeded, '')
  } finally {
    hold.release()
  }
  rmSync(seeding, { force: true })
}

/** Takes a file for this process alone, until it lets go or ends, however it ends. */
function holdFile(path: string): { release(): void } {
  // SQLite locks its file by the means of the operating system, which gives it free where a process is killed.
  const lock = new DatabaseSync(path)
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch {
    lock.close()
    throw new RangeError('Another demo is filling this folder just now. Wait for it, or name another folder.')
  }
  return { release: () => lock.close() }
}
