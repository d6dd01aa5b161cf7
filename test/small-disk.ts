import { execFileSync } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmdirSync, rmSync, statfsSync, writeSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished, type TestContext } from 'vitest'

/** A disk of a few hundred kilobytes that exists for one test. */
export interface SmallDisk {
  directory: string
  /** Uses up all space except this many bytes. */
  fill(free: number): void
  /** Frees the space. */
  clear(): void
}

/** Mounts one, or skips the test if that is not permitted. */
export function mountSmallDisk(context: TestContext, options = 'size=512k'): SmallDisk {
  const directory = mkdtempSync(join(tmpdir(), 'kith-disk-'))
  onTestFinished(() => rmdirSync(directory))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', directory], { stdio: 'ignore' })
  } catch {
    context.skip('only root can mount a small disk')
  }
  onTestFinished(() => void execFileSync('umount', ['--lazy', directory]))
  const filler = join(directory, 'filler')
  return {
    directory,
    fill(free) {
      const { bavail, bsize } = statfsSync(directory)
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
