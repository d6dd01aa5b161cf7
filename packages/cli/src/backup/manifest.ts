import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CliError, usageError } from '../cli-error.ts'
import { writeNewFile } from '../new-file.ts'

/** Increases when the layout of backups changes. */
const format = 1

/** The names of the parts in the folder of a backup. */
export const backupFiles: Readonly<Record<'manifest' | 'database' | 'list' | 'media', string>> =
  Object.freeze({
    manifest: 'manifest.json',
    database: 'database.db',
    list: 'media.jsonl',
    media: 'media',
  })

/** A file of a backup. */
export interface StoredFile {
  bytes: number
  /** In hex. */
  sha256: string
}

/** The contents of a backup. Written last: a folder without it is not a backup. */
export interface Manifest {
  format: number
  madeAt: string
  /** The version of `@kith/core`. */
  kith: string
  node: string
  /** `null` if the database was backed up by other means. */
  database: StoredFile | null
  media: MediaPart
}

/** The media of a backup. */
export interface MediaPart {
  /**
   * `copied`: the files are here; `listed`: they stayed in place, and only their list is here; `none`: there are none.
   */
  mode: 'copied' | 'listed' | 'none'
  /** How many there are, without missing ones. */
  count: number
  bytes: number
  /** Media whose file was gone, because they were deleted meanwhile or lost before. */
  missing: number
  /** The file of their list. */
  list: StoredFile | null
}

/** Measures a file. */
export async function measure(path: string): Promise<StoredFile> {
  const hash = createHash('sha256')
  let bytes = 0
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) {
    hash.update(chunk)
    bytes += chunk.length
  }
  return { bytes, sha256: hash.digest('hex') }
}

/** Turns a folder into a backup. */
export async function writeManifest(folder: string, manifest: Omit<Manifest, 'format'>): Promise<void> {
  const text = `${JSON.stringify({ format, ...manifest }, null, 2)}\n`
  await writeNewFile(join(folder, backupFiles.manifest), [text])
}

/** Reads the contents of a folder. @throws CliError if it is not a complete backup in a format of this release */
export function readManifest(folder: string): Manifest {
  const path = join(folder, backupFiles.manifest)
  if (!existsSync(path)) {
    throw usageError(
      `${folder} is not a backup: it has no ${backupFiles.manifest}.`,
      existsSync(folder)
        ? 'An interrupted backup has none, and cannot be restored: use another one.'
        : 'Check the path.',
    )
  }
  const manifest = readJson(path)
  if (manifest.format === format) return manifest
  throw new CliError(
    `${path} has another format (${String(manifest.format)}) than this release supports (${format}).`,
    {
      hint: 'Use the release of @kith/cli that created it, or a newer one.',
    },
  )
}

function readJson(path: string): Manifest {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest
  } catch (cause) {
    throw new CliError(`${path} is damaged.`, { hint: 'Use another backup.', cause })
  }
}

/** @throws CliError if a file does not match the manifest */
export async function demandWhole(path: string, { bytes, sha256 }: StoredFile): Promise<void> {
  const found = existsSync(path) ? await measure(path) : null
  if (found?.bytes === bytes && found.sha256 === sha256) return
  throw new CliError(`${path} ${found ? 'does not match the backup' : 'is missing'}.`, {
    hint: 'Nothing was restored from it. Use another copy of the backup, or another backup.',
  })
}
