import { createHash } from 'node:crypto'
import { createReadStream, existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CliError, usageError } from '../cli-error.ts'
import { writeNewFile } from '../new-file.ts'

/** Rises when a backup is laid out in another way. */
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

/** What a backup consists of. It is written last: a folder without it is no backup. */
export interface Manifest {
  format: number
  madeAt: string
  /** The release of `@kith/core`. */
  kith: string
  node: string
  /** `null` where the database was backed up by other means. */
  database: StoredFile | null
  media: MediaPart
}

/** The media of a backup. */
export interface MediaPart {
  /** `copied`: the files are here; `listed`: they are where they were, and only their list is here; `none`: there are none. */
  mode: 'copied' | 'listed' | 'none'
  /** How many there are, without those that are missing. */
  count: number
  bytes: number
  /** Media whose file was gone, since they were deleted meanwhile or lost before. */
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

/** Makes a folder a backup. */
export async function writeManifest(folder: string, manifest: Omit<Manifest, 'format'>): Promise<void> {
  const text = `${JSON.stringify({ format, ...manifest }, null, 2)}\n`
  await writeNewFile(join(folder, backupFiles.manifest), [text])
}

/** Reads what a folder holds. @throws CliError where it is no whole backup of a form that this release knows */
export function readManifest(folder: string): Manifest {
  const path = join(folder, backupFiles.manifest)
  if (!existsSync(path)) {
    throw usageError(
      `${folder} is no backup: it has no ${backupFiles.manifest}.`,
      existsSync(folder)
        ? 'A backup that was cut off has none, and cannot be restored: take another one.'
        : 'Check the path.',
    )
  }
  const manifest = readJson(path)
  if (manifest.format === format) return manifest
  throw new CliError(
    `${path} is of another form (${String(manifest.format)}) than this release reads (${format}).`,
    {
      hint: 'Use the release of @kith/cli that made it, or a newer one.',
    },
  )
}

function readJson(path: string): Manifest {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as Manifest
  } catch (cause) {
    throw new CliError(`${path} is damaged.`, { hint: 'Take another backup.', cause })
  }
}

/** @throws CliError where a file is not what the manifest says */
export async function demandWhole(path: string, { bytes, sha256 }: StoredFile): Promise<void> {
  const found = existsSync(path) ? await measure(path) : null
  if (found?.bytes === bytes && found.sha256 === sha256) return
  throw new CliError(`${path} is ${found ? 'not what was backed up' : 'missing'}.`, {
    hint: 'Nothing was restored from it. Take another copy of the backup, or another backup.',
  })
}
