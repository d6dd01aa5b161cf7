import { randomBytes } from 'node:crypto'
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { systemCode } from '@kith/core/adapter'
import { goneError, isMissing } from './disk-errors.ts'
import { keep, makeFolders, sync } from './lasting.ts'

/** The file with the mark. */
const markName = '.kith-media'
/** Longer than any mark. */
const mostMarkLength = 1_000

/** The folder with all files. It is created once: if it existed and is missing now, its disk is gone. */
export interface Directory {
  readonly path: string
  /** For files in progress, on the same disk. */
  readonly temporary: string
  /** Creates both, unless this process has seen them before. */
  ensure(): Promise<void>
  /** Whether there is anything to remove from: creates nothing but the folder for temporary files. */
  isThere(): Promise<boolean>
  /** Call it after an `ENOENT`. @throws storage-failed if the directory is gone, and not only its contents */
  demand(cause: unknown): Promise<void>
  /** Creates a folder below it and those in between, durably. @throws storage-failed if the directory is gone */
  makeFolder(folder: string): Promise<void>
  readMark(): Promise<string | null>
  writeMark(mark: string): Promise<void>
}

/** Opens it, without I/O. */
export function openDirectory(path: string): Directory {
  const temporary = join(path, '.temporary')
  const markPath = join(path, markName)
  let isKnown = false

  async function make(): Promise<void> {
    await makeFolders(path)
    await unlessThere(mkdir(temporary))
    isKnown = true
  }

  async function demand(cause: unknown): Promise<void> {
    try {
      await stat(temporary)
    } catch (error) {
      throw isMissing(error) ? goneError(cause) : error
    }
  }

  async function makeFolder(folder: string): Promise<void> {
    const parent = dirname(folder)
    // An empty mount point would otherwise receive the files that belong on the disk.
    if (parent === path) await demand(null)
    try {
      await unlessThere(mkdir(folder))
    } catch (error) {
      if (!isMissing(error) || parent === path) throw error
      await makeFolder(parent)
      await unlessThere(mkdir(folder))
    }
    await sync(parent)
  }

  return {
    path,
    temporary,
    demand,
    makeFolder,
    async ensure() {
      if (!isKnown) await make()
    },
    async isThere() {
      if (isKnown) return true
      try {
        await unlessThere(mkdir(temporary))
      } catch (error) {
        if (isMissing(error)) return false
        throw error
      }
      return true
    },
    async readMark() {
      try {
        const mark = (await readFile(markPath, 'utf8')).slice(0, mostMarkLength).trim()
        // A backup may have left it out.
        await unlessThere(mkdir(temporary))
        isKnown = true
        return mark
      } catch (error) {
        if (isMissing(error)) return null
        throw error
      }
    },
    async writeMark(mark) {
      await make()
      const written = join(temporary, `mark-${randomBytes(16).toString('hex')}`)
      await writeFile(written, `${mark}\n`)
      await keep(written, markPath)
    },
  }
}

async function unlessThere(making: Promise<unknown>): Promise<void> {
  try {
    await making
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error
  }
}
