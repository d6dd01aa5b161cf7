import { existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import type { Settings } from '../settings.ts'

/**
 * Calls `work` once in a folder without a database. While it runs, the process holds a file `seeding`, and at the end there is one
 * called `seeded`; if only the former exists, the process was killed halfway, and its data is deleted, because no one has used it yet.
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

/** Locks a file for this process alone, until it is released or the process ends, however it ends. */
function holdFile(path: string): { release(): void } {
  // SQLite locks its file with the operating system, which releases it if a process is killed.
  const lock = new DatabaseSync(path)
  try {
    lock.exec('BEGIN EXCLUSIVE')
  } catch {
    lock.close()
    throw new RangeError('Another demo is filling this folder just now. Wait for it, or name another folder.')
  }
  return { release: () => lock.close() }
}
