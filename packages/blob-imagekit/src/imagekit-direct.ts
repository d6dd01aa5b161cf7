import { randomUUID } from 'node:crypto'
import { KithError } from '@kith/core'
import { eachWithin } from '@kith/core/adapter'
import type { DirectUploads } from '@kith/core/ports'
import { nullIfAbsent, unavailable } from './imagekit-errors.ts'
import type { ImageKitPlace } from './imagekit-place.ts'
import { filesIn, foldersMadeBefore, type StoredFile } from './library.ts'
import { removeFile, removeFolder } from './remove.ts'
import { atImageKit, patienceMillis } from './requests.ts'
import { signUploadToken } from './upload-token.ts'

/** ImageKit accepts no token with a lifetime of an hour or more. */
const longestSeconds = 3_590

/** How long after the lookup Kith can begin to read a file. */
const readingSeconds = 300

/** Files that browsers send to the media library, each under a unique name in the folder of its key. */
export function createImageKitDirect(place: ImageKitPlace): DirectUploads {
  const { client, publicKey, folders, addresses, budget } = place
  const { privateKey } = client

  /** The most recent one. */
  async function newest(key: string): Promise<StoredFile | null> {
    return (await filesIn(client, folders.staged(key))).at(-1) ?? null
  }

  return {
    async sign(key, { contentType, size, until }) {
      const [kind] = contentType.split('/')
      const fields = {
        fileName: randomUUID(),
        folder: folders.staged(key),
        useUniqueFileName: 'false',
        overwriteFile: 'false',
        isPrivateFile: 'true',
        checks: `"file.size" = ${size} AND "file.mime" : "${kind}"`,
      }
      const now = Math.floor(Date.now() / 1000)
      const exp = Math.min(Math.floor(until.getTime() / 1000), now + longestSeconds)
      const token = signUploadToken(fields, { iat: Math.min(now, exp - 1), exp }, { publicKey, privateKey })
      return {
        method: 'POST',
        url: client.buildURL('/api/v2/files/upload', null, 'https://upload.imagekit.io'),
        headers: {},
        form: { fields: { ...fields, token }, file: 'file' },
        expiresAt: new Date(exp * 1000).toISOString(),
      }
    },
    async confirm(key, { ownerId, kind, maxBytes, maxPixels }) {
      budget({ accountId: ownerId })
      const file = await newest(key)
      if (!file) return false
      const isTooLarge = file.size > maxBytes || (file.pixels ?? 0) > maxPixels
      if (!isTooLarge && file.contentType.startsWith(`${kind}/`)) {
        // For the lookup of `read`, which does not have the account.
        budget({ accountId: ownerId })
        return true
      }
      await removeFolder(client, folders.staged(key))
      throw new KithError(isTooLarge ? 'media-too-large' : 'unsupported-media-type')
    },
    async *read(key) {
      const file = await newest(key)
      if (!file) throw new KithError('media-not-found')
      const until = new Date(Date.now() + readingSeconds * 1000)
      const url = addresses.signed(file.path, null, until)
      // The private key is for the API only.
      const headers = { authorization: null, accept: '*/*' }
      const found = await atImageKit((terms) =>
        client
          .get(url, { ...terms, headers })
          .asResponse()
          .catch(nullIfAbsent),
      )
      if (!found) throw new KithError('media-not-found')
      if (!found.body) throw unavailable(new Error('ImageKit responded without a file'))
      let size = 0
      try {
        for await (const part of eachWithin({ millis: patienceMillis }, found.body)) {
          size += part.length
          yield part
        }
      } catch (error) {
        throw unavailable(error)
      }
      if (size !== file.size) throw unavailable(new Error('ImageKit returned other bytes than it stored'))
    },
    async discard(key) {
      await removeFolder(client, folders.staged(key))
    },
    async sweep(before) {
      budget('upkeep')
      for (const folder of await foldersMadeBefore(client, folders.allStaged, before)) {
        budget('upkeep')
        const files = await filesIn(client, folder)
        const old = files.filter(({ createdAt }) => createdAt < before)
        if (old.length === files.length) await removeFolder(client, folder)
        else for (const { fileId } of old) await removeFile(client, fileId)
      }
    },
  }
}
