import { createReadStream } from 'node:fs'
import { open, readdir, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { toSystemError, counted, demandBlobKey } from '@kith/core/adapter'
import {
  type BlobMark,
  type BlobMeta,
  type ByteRange,
  type ImageProcessor,
  type RenditionForm,
  type RenditionFormat,
  type ServedBlobStore,
  type ServedFile,
  isBlobKey,
} from '@kith/core/ports'
import { folderOf, latest, next, olderThan } from './blob-folder.ts'
import { type Directory, openDirectory } from './directory.ts'
import { isMissing, onDisk } from './disk-errors.ts'
import { createRenditions } from './local-renditions.ts'
import { keep } from './lasting.ts'
import { listBlobs, presentAmong } from './list-blobs.ts'
import { createTemporaryFiles } from './temporary-files.ts'

/** Where the blobs are stored. */
export interface LocalBlobsOptions {
  /** The folder for them; nothing else should be in it. It is created for the first blob, and never again. */
  directory: string
  /** Makes the renditions. */
  images: ImageProcessor
  /** Whether browsers that accept AVIF get it. Turn it off behind a cache that ignores `Vary: Accept`. @default true */
  avif?: boolean | undefined
}

interface FoundFile extends ServedFile {
  path: string
}

/** Blobs in a folder: Kith's routes serve them, and a mark identifies the database that the folder belongs to. */
export type LocalBlobs = ServedBlobStore & BlobMark

/** Refuses what a type checker would have found. */
function checkOptions(options: Partial<LocalBlobsOptions> | undefined): void {
  if (typeof options?.directory !== 'string' || options.directory === '')
    throw new TypeError("createLocalBlobs: directory: give the path of a folder, such as 'media'")
  if (typeof options.images !== 'object')
    throw new TypeError(
      'createLocalBlobs: images: give what makes the renditions, such as createSharpImages()',
    )
}

/** Creates a blob store in files, for an app on one machine or a shared disk. No I/O. */
export function createLocalBlobs(options: LocalBlobsOptions): LocalBlobs {
  checkOptions(options)
  const root = openDirectory(resolve(options.directory))
  const directory = root.path
  const temporary = createTemporaryFiles(root)
  const formats: readonly RenditionFormat[] = (options.avif ?? true) ? ['avif', 'webp'] : ['webp']
  const renditions = createRenditions(options.images, temporary)

  async function find(key: string, form: RenditionForm | null): Promise<FoundFile | null> {
    const folder = folderOf(directory, key)
    const offered = form && { ...form, format: formats.includes(form.format) ? form.format : 'webp' }
    return await retryMissing(async () => {
      const original = latest(await list(folder))
      const file = original && offered ? await renditions.find(folder, original, offered) : original
      if (!file) return null
      const path = join(folder, file.name)
      const { size } = await stat(path)
      return { path, contentType: file.contentType, size }
    })
  }

  return {
    kind: 'served',
    formats,
    async put(key, bytes, meta) {
      const folder = folderOf(directory, key)
      await onDisk(() => temporary.sweep())
      await temporary.use(async (path) => {
        await write(path, bytes, meta)
        await onDisk(() => retryMissing(() => place(root, folder, { path, ...meta })))
      })
    },
    async remove(key) {
      const folder = folderOf(directory, key)
      await onDisk(() => temporary.discard(folder))
    },
    list: (after, limit) => onDisk(() => listBlobs(directory, after, limit)),
    present: (keys) => onDisk(() => presentAmong(directory, keys)),
    readMark: () => onDisk(() => root.readMark()),
    writeMark: (mark) => onDisk(() => root.writeMark(mark)),
    async read(key, form, range) {
      const found = isBlobKey(key) ? await onDisk(() => find(key, form)) : null
      if (!found) return null
      const { path, ...file } = found
      return { ...file, bytes: stream(path, range(file)) }
    },
  }
}

/** Makes a finished file the latest original of its folder. */
async function place(
  root: Directory,
  folder: string,
  { path, contentType }: BlobMeta & { path: string },
): Promise<void> {
  await root.makeFolder(folder)
  const names = await list(folder)
  const original = next(names, contentType)
  await keep(path, join(folder, original.name))
  for (const name of olderThan(names, original)) await rm(join(folder, name), { force: true })
}

async function write(path: string, bytes: AsyncIterable<Uint8Array>, meta: BlobMeta): Promise<void> {
  const file = await onDisk(() => open(path, 'wx'))
  try {
    for await (const chunk of counted(bytes, meta.size)) await onDisk(() => file.appendFile(chunk))
  } finally {
    // A network disk may report only now that it is full.
    await onDisk(() => file.close())
  }
}

async function* stream(path: string, range: ByteRange | null): AsyncGenerator<Uint8Array> {
  try {
    yield* createReadStream(path, range ?? {}) as AsyncIterable<Uint8Array>
  } catch (error) {
    throw toSystemError(error, 'The folder of the media')
  }
}

async function list(folder: string): Promise<string[]> {
  try {
    return await readdir(folder)
  } catch (error) {
    if (isMissing(error)) return []
    throw error
  }
}

/** Retries an operation if its files were removed or replaced between two of its steps. */
async function retryMissing<Answer>(run: () => Promise<Answer>, tries = 10): Promise<Answer> {
  try {
    return await run()
  } catch (error) {
    if (!isMissing(error) || tries === 0) throw error
    return await retryMissing(run, tries - 1)
  }
}
