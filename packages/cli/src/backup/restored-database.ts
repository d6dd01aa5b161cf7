import { randomBytes } from 'node:crypto'
import { existsSync } from 'node:fs'
import { constants, copyFile, mkdir, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { Kith } from '@kith/core'
import type { BlobStore } from '@kith/core/ports'
import { usageError } from '../cli-error.ts'
import { optionalPackage } from '../config/optional-package.ts'

/** The source and the target of a database. */
export interface DatabaseCopy {
  source: string
  target: string
  /** The media storage to restore to. */
  blobs: BlobStore | null
}

/** The files that SQLite keeps next to a database. */
const besides = ['', '-wal', '-shm']

/**
 * Copies a database and lets `work` finish it under a temporary name. It gets its real name once that is done: a
 * process that dies before leaves nothing that an app would open.
 */
export async function withRestoredDatabase<Result>(
  { source, target, blobs }: DatabaseCopy,
  work: (kith: Kith) => Promise<Result>,
): Promise<Result> {
  for (const end of besides) {
    if (existsSync(target + end)) {
      throw usageError(
        `${target}${end} exists.`,
        'Stop all servers and move it away: backups are only restored to an empty place.',
      )
    }
  }
  const { createSqliteStorage } = await optionalPackage('@kith/storage-sqlite', {
    because: 'This backup',
    load: () => import('@kith/storage-sqlite'),
  })
  const { createKith } = await import('@kith/core')
  await makeFolder(dirname(target))
  const unfinished = `${target}.restoring`
  for (const end of besides) await rm(unfinished + end, { force: true })
  await copyFile(source, unfinished, constants.COPYFILE_EXCL)
  const storage = createSqliteStorage({ path: unfinished, durability: 'power' })
  // Its secret signs nothing: everything here works with any secret.
  const kith = createKith({
    secret: randomBytes(32).toString('base64'),
    storage,
    ...(blobs && { media: { blobs } }),
  })
  const result = await work(kith).finally(() => kith.close())
  await sync(unfinished)
  await rename(unfinished, target)
  await sync(dirname(target))
  return result
}

/** Only the folder itself: if its parents are missing, a disk may not be mounted. */
async function makeFolder(folder: string): Promise<void> {
  if (existsSync(folder)) return
  if (!existsSync(dirname(folder)))
    throw usageError(`${dirname(folder)} does not exist.`, 'Is its disk mounted? Otherwise create it first.')
  await mkdir(folder)
}

async function sync(path: string): Promise<void> {
  const handle = await open(path, 'r').catch(() => null)
  await handle?.sync().catch(() => {})
  await handle?.close()
}
