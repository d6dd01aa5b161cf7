import { DatabaseSync } from 'node:sqlite'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * Runs the action while no other process, and no other call in this one, runs one for the same file. SQLite holds
 * the lock, so that the system releases it however its holder ends.
 */
export async function exclusively<T>(file: string, action: () => Promise<T>): Promise<T> {
  const lock = new DatabaseSync(file)
  try {
    while (!takes(lock)) await sleep(100)
    return await action()
  } finally {
    lock.close()
  }
}

function takes(lock: DatabaseSync): boolean {
  try {
    lock.exec('BEGIN EXCLUSIVE')
    return true
  } catch (error) {
    if (error instanceof Error && /locked|busy/.test(error.message)) return false
    throw error
  }
}
