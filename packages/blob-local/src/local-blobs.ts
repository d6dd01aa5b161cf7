import { createReadStream } from 'node:fs'
import { open, readdir, rm, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import {
  type BlobMeta,
  type ByteRange,
  type ImageProcessor,
  KithError,
  type Rendition,
  type ServedBlob,
  type ServedBlobStore,
  isBlobKey,
} from '@kith/core'
import { folderOf, latest, next, olderThan } from './blob-folder.ts'
import { isMissing, onDisk } from './disk-errors.ts'
import { type StoredFile, createRenditions } from './local-renditions.ts'
import { createTemporaryFiles, keep, makeFolder } from './temporary-files.ts'

/** Where the blobs are. */
export interface LocalBlobsOptions {
  /** The folder that holds them; nothing else should be in it. It is made at the first `put`. */
  directory: string
  /** Makes the renditions. */
  images: ImageProcessor
  /** Where Kith's routes serve the blobs. @default '/api/v1/media/files' */
  urlPrefix?: string | undefined
}

/** Creates a store of blobs as files, for an app on one machine or a shared disk. Does no I/O. */
export function createLocalBlobs(options: LocalBlobsOptions): ServedBlobStore {
  const directory = resolve(options.directory)
  const urlPrefix = (options.urlPrefix ?? '/api/v1/media/files').replace(/\/+$/, '')
  const temporary = createTemporaryFiles(join(directory, '.temporary'))
  const renditions = createRenditions(options.images, temporary)

  async function find(
    key: string,
    rendition: Rendition | null,
  ): Promise<(StoredFile & { path: string }) | null> {
    const folder = folderOf(directory, key)
    return await retryMissing(async () => {
      const original = latest(await list(folder))
      const file = original && rendition ? await renditions.find(folder, original, rendition) : original
      return file && { ...file, path: join(folder, file.name) }
    })
  }

  return {
    async put(key, bytes, meta) {
      const folder = folderOf(directory, key)
      await onDisk(() => temporary.sweep())
      await temporary.use(async (path) => {
        await write(path, bytes, meta)
        await onDisk(() => retryMissing(() => place(path, folder, meta)))
      })
    },
    url(key, rendition) {
      if (!isBlobKey(key)) throw new TypeError('a key is made of letters, digits and dashes')
      return rendition ? `${urlPrefix}/${key}/${rendition}` : `${urlPrefix}/${key}`
    },
    async remove(key) {
      const folder = folderOf(directory, key)
      await onDisk(() => temporary.discard(folder))
    },
    async read(key, rendition, range) {
      const file = isBlobKey(key) ? await onDisk(() => find(key, rendition)) : null
      return file && (await serve(file, range))
    },
  }
}

/** Makes a finished file the latest original of its folder. */
async function place(path: string, folder: string, { contentType }: BlobMeta): Promise<void> {
  await makeFolder(folder)
  const names = await list(folder)
  const original = next(names, contentType)
  await keep(path, join(folder, original.name))
  for (const name of olderThan(names, original)) await rm(join(folder, name), { force: true })
}

async function write(path: string, bytes: AsyncIterable<Uint8Array>, meta: BlobMeta): Promise<void> {
  const file = await onDisk(() => open(path, 'wx'))
  let size = 0
  try {
    for await (const chunk of bytes) {
      size += chunk.length
      await onDisk(() => file.appendFile(chunk))
    }
  } finally {
    await file.close()
  }
  if (meta.size !== null && meta.size !== size)
    throw new KithError('malformed-request', { detail: 'The file was cut off: send it again.' })
}

async function serve(
  { path, contentType }: StoredFile & { path: string },
  range: (size: number) => ByteRange | null,
): Promise<ServedBlob | null> {
  const info = await stat(path).catch(nullIfMissing)
  return info && { contentType, size: info.size, bytes: stream(path, range(info.size)) }
}

async function* stream(path: string, range: ByteRange | null): AsyncGenerator<Uint8Array> {
  yield* createReadStream(path, range ?? {}) as AsyncIterable<Uint8Array>
}

async function list(folder: string): Promise<string[]> {
  return (await readdir(folder).catch(nullIfMissing)) ?? []
}

/** Runs something again whose files were removed or replaced between two of its steps. */
async function retryMissing<Answer>(run: () => Promise<Answer>, tries = 10): Promise<Answer> {
  try {
    return await run()
  } catch (error) {
    if (!isMissing(error) || tries === 0) throw error
    return await retryMissing(run, tries - 1)
  }
}

function nullIfMissing(error: unknown): null {
  if (isMissing(error)) return null
  throw error
}
