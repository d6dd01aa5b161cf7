import { accessSync, constants, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

const memory = '/dev/shm'
/** More space than a run ever writes. */
const leastFreeBytes = 4 * 2 ** 30

/**
 * Where tests store databases: in memory if there is enough, because a database waits for its disk at each commit, and no test
 * simulates a power failure. `TMPDIR` is respected if it is set.
 */
export const fastFolder: string = process.env['TMPDIR'] === undefined && hasRoom() ? memory : tmpdir()

function hasRoom(): boolean {
  try {
    accessSync(memory, constants.W_OK)
    const { bavail, bsize } = statfsSync(memory)
    return bavail * bsize >= leastFreeBytes
  } catch {
    return false
  }
}
