import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { KithError } from '@kith/core'
import { inTemporaryFolder, sweepTemporaryFolders } from '@kith/core/adapter'
import { type BlobMeta, type BlobStore, isBlobKey } from '@kith/core/ports'
import { originalName } from './folders.ts'
import { listImageKitBlobs } from './imagekit-list.ts'
import type { ImageKitPlace } from './imagekit-place.ts'
import { removeFolder } from './remove-folder.ts'
import { atImageKit } from './requests.ts'
import { uploadFile } from './upload-file.ts'

/** A folder with this in it is one of which the caches still have to be purged. */
const owedName = 'purge-owed'

/** Blobs as files of the media library, `blobs/<key>/original`. Renditions are made by ImageKit when they are asked for. */
export function createImageKitBlobs(place: ImageKitPlace): BlobStore {
  const { client, folders, addresses, isPublic } = place

  async function purge(folder: string): Promise<void> {
    if (!place.purge) return
    await atImageKit((terms) => client.cache.invalidation.create({ url: addresses.allIn(folder) }, terms))
  }

  /** Lets the next removal find the folder again, which is how it knows that something is left to do. */
  async function owePurge(folder: string): Promise<void> {
    const read = (): Uint8Array[] => [Buffer.from('.')]
    await uploadFile(client, { name: owedName, folder, isPrivate: true, size: 1, read })
  }

  const blobs = {
    ...listImageKitBlobs(place),
    async put(key: string, bytes: AsyncIterable<Uint8Array>, meta: BlobMeta): Promise<void> {
      const folder = folders.blob(key)
      await sweepTemporaryFolders(place.temporaryDirectory)
      await inTemporaryFolder(place.temporaryDirectory, async (temporary) => {
        const path = join(temporary, 'file')
        await pipeline(Readable.from(counted(bytes, meta.size)), createWriteStream(path, { flags: 'wx' }))
        const { size } = await stat(path)
        const read = (): AsyncIterable<Uint8Array> => createReadStream(path)
        const file = { name: originalName, folder, isPrivate: !isPublic, size, read }
        if (await uploadFile(client, file)) await purge(folder)
      })
    },
    async remove(key: string): Promise<void> {
      const folder = folders.blob(key)
      if (!(await removeFolder(client, folder))) return
      try {
        await purge(folder)
      } catch (error) {
        await owePurge(folder)
        throw error
      }
    },
  }
  if (isPublic)
    return {
      ...blobs,
      kind: 'public',
      url: (key, rendition) => addresses.of(`${folders.blob(key)}/${originalName}`, rendition),
    }
  return {
    ...blobs,
    kind: 'granted',
    async grant(key, rendition, { until }) {
      if (!isBlobKey(key)) return null
      return addresses.signed(`${folders.blob(key)}/${originalName}`, rendition, until)
    },
  }
}

/** The chunks, which are the caller's again when the next is asked for, and as many bytes as were announced. */
async function* counted(
  bytes: AsyncIterable<Uint8Array>,
  size: BlobMeta['size'],
): AsyncGenerator<Uint8Array> {
  let count = 0
  for await (const chunk of bytes) {
    count += chunk.length
    if (chunk.length > 0) yield Buffer.from(chunk)
  }
  if (size !== null && size !== count)
    throw new KithError('malformed-request', { detail: 'The file was cut off: send it again.' })
}
