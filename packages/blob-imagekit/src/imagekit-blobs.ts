import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { inTemporaryFolder, sweepTemporaryFolders, copied, counted } from '@kith/core/adapter'
import { type BlobMeta, type BlobStore, isBlobKey } from '@kith/core/ports'
import { originalName } from './folders.ts'
import { listImageKitBlobs } from './imagekit-list.ts'
import type { ImageKitPlace } from './imagekit-place.ts'
import { filesIn, hasFolder } from './library.ts'
import { removeFile, removeFolder } from './remove.ts'
import { atImageKit } from './requests.ts'
import { uploadFile } from './upload-file.ts'

/** Blobs as files of the media library, `blobs/<key>/original`. ImageKit makes renditions on request. */
export function createImageKitBlobs(place: ImageKitPlace): BlobStore {
  const { client, folders, addresses, isPublic } = place

  async function purge(folder: string): Promise<void> {
    if (!place.purge) return
    await atImageKit((terms) => client.cache.invalidation.create({ url: addresses.allIn(folder) }, terms))
  }

  /**
   * Files are removed first and their folder last: while it exists its caches may not be purged, and another removal of
   * the blob, in this process or another, purges them.
   */
  async function removeFiles(folder: string): Promise<boolean> {
    const files = await filesIn(client, folder)
    for (const { fileId } of files) await removeFile(client, fileId)
    return files.length > 0 || (await hasFolder(client, folder))
  }

  const blobs = {
    ...listImageKitBlobs(place),
    async put(key: string, bytes: AsyncIterable<Uint8Array>, meta: BlobMeta): Promise<void> {
      const folder = folders.blob(key)
      await sweepTemporaryFolders(place.temporaryDirectory)
      await inTemporaryFolder(place.temporaryDirectory, async (temporary) => {
        const path = join(temporary, 'file')
        await pipeline(
          Readable.from(copied(counted(bytes, meta.size))),
          createWriteStream(path, { flags: 'wx' }),
        )
        const { size } = await stat(path)
        const read = (): AsyncIterable<Uint8Array> => createReadStream(path)
        const file = { name: originalName, folder, isPrivate: !isPublic, size, read }
        if (await uploadFile(client, file)) await purge(folder)
      })
    },
    async remove(key: string): Promise<void> {
      const folder = folders.blob(key)
      const isPurged = place.purge && (await removeFiles(folder))
      if (isPurged) await purge(folder)
      // A listing may lag slightly.
      if ((await removeFolder(client, folder)) && !isPurged) await purge(folder)
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
