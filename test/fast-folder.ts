import { accessSync, constants, statfsSync } from 'node:fs'
import { tmpdir } from 'node:os'

const memory = '/dev/shm'
/** As much as a run never writes. */
const leastFreeBytes = 4 * 2 ** 30

/**
 * Where tests keep databases: in memory where there is room, since a database waits for its disk at each commit, and no test
 * cuts the power. `TMPDIR` is heeded where it is set.
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
