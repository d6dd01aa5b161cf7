import { execFileSync } from 'node:child_process'
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import { onTestFinished, type TestContext } from 'vitest'
import { makeDirectory } from './directories.ts'

/** A disk of a few hundred kilobytes that is there for one test. */
export interface SmallDisk {
  directory: string
  /** Takes all room but so many bytes. */
  fill(free: number): void
  /** Gives it back. */
  clear(): void
}

/** Mounts one, or skips the test where that is not allowed. */
export async function mountSmallDisk(context: TestContext, options = 'size=512k'): Promise<SmallDisk> {
  const mounted = await makeDirectory()
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', mounted], { stdio: 'ignore' })
  } catch {
    context.skip('only root can mount a small disk')
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', mounted]))
  const filler = join(mounted, 'filler')
  return {
    directory: join(mounted, 'blobs'),
    fill(free) {
      const { bavail, bsize } = statfsSync(mounted)
      const file = openSync(filler, 'w')
      try {
        writeSync(file, Buffer.alloc(bavail * bsize - free))
      } finally {
        closeSync(file)
      }
    },
    clear: () => rmSync(filler),
  }
}
