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
  /** Of its copy; `null` if it was only listed, or is missing. */
  file: StoredFile | null
  missing: boolean
}

/** The path of a medium's copy. The ends of ids are random, so the folders are about equally full. */
export function copyOf(folder: string, id: string): string {
  return join(folder, backupFiles.media, id.slice(-2), id)
}

/** The lines of a list, one at a time. */
export async function* readList(folder: string): AsyncGenerator<ListedMedium> {
  // Before there are lines: readline buffers none for later listeners.
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
      throw new CliError(`${backupFiles.list} has a medium whose id is not from Kith.`, {
        hint: 'The backup was modified: restore nothing from it, and use another.',
      })
  }
}
