import { createReadStream } from 'node:fs'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import type { MediaRecord } from '@kith/core/ports'
import { CliError } from '../cli-error.ts'
import { backupFiles, type StoredFile } from './manifest.ts'

/** A line of the list of a backup. */
export interface ListedMedium {
  id: string
  contentType: MediaRecord['contentType']
  /** Of its copy; `null` where it was only listed, or is missing. */
  file: StoredFile | null
  missing: boolean
}

/** Where the copy of a medium is. The ends of ids are random, so the folders are about equally full. */
export function copyOf(folder: string, id: string): string {
  return join(folder, backupFiles.media, id.slice(-2), id)
}

/** The lines of a list, one at a time. */
export async function* readList(folder: string): AsyncGenerator<ListedMedium> {
  // Before there are lines: readline keeps none for anyone who comes later.
  const { isBlobKey } = await import('@kith/core/ports')
  const lines = createInterface({
    input: createReadStream(join(folder, backupFiles.list)),
    crlfDelay: Infinity,
  })
  for await (const line of lines) {
    if (line === '') continue
    const medium = JSON.parse(line) as ListedMedium
    // An id is a part of a path.
    if (typeof medium.id === 'string' && isBlobKey(medium.id)) yield medium
    else
      throw new CliError(`${backupFiles.list} names a medium that Kith has not named.`, {
        hint: 'Somebody has changed the backup: restore nothing from it, and take another.',
      })
  }
}
