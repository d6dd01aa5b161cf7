import { KithError } from '@kith/core'
import { eachWithin, extensionOf } from '@kith/core/adapter'
import type { DirectUploads, MediaKind } from '@kith/core/ports'
import { downloadAddress } from './addresses.ts'
import { arrivedAt, type Asset, type ResourceType } from './cloudinary-api.ts'
import { unavailable } from './cloudinary-errors.ts'
import type { CloudinaryPlace } from './cloudinary-place.ts'
import { patience } from './requests.ts'

/** Only Kith reads staged files, even if the blobs are public. */
const type = 'authenticated'

/** Cloudinary accepts a signature until its timestamp is exactly an hour old. */
const signedSeconds = 3_600

/** As many assets as one call can remove. */
const removedAtOnce = 100

/** Files that browsers send into the account, separate from the blobs. */
export function createCloudinaryDirect({ api, names, kinds }: CloudinaryPlace): DirectUploads {
  async function discard(publicId: string): Promise<void> {
    const params = { public_id: publicId, type }
    await Promise.all((['image', 'video'] as const).map((kind) => api.destroy(kind, params)))
  }

  function find(publicId: string, kind: MediaKind, accountId: string): Promise<Asset | null> {
    return api.asset(`${kind}/${type}/${encodeURIComponent(publicId)}`, { accountId })
  }

  return {
    async sign(key, { contentType, until }) {
      const kind: MediaKind = contentType.startsWith('image/') ? 'image' : 'video'
      const now = Math.floor(Date.now() / 1000)
      // Backdated, so that it expires in time.
      const timestamp = Math.min(Math.floor(until.getTime() / 1000) - signedSeconds, now)
      const fields = api.sign({
        public_id: names.staged(key),
        type,
        // Cloudinary's names of the types.
        allowed_formats: extensionOf[contentType],
        overwrite: 'true',
        timestamp: String(timestamp),
      })
      return {
        method: 'POST',
        url: api.address(kind, 'upload'),
        headers: {},
        form: { fields, file: 'file' },
        expiresAt: new Date((timestamp + signedSeconds) * 1000).toISOString(),
      }
    },
    async confirm(key, { ownerId, kind, maxBytes, maxPixels }) {
      const publicId = names.staged(key)
      const found = await find(publicId, kind, ownerId)
      if (!found && !(await find(publicId, kind === 'image' ? 'video' : 'image', ownerId))) return false
      const { bytes = 0, width = 0, height = 0 } = found ?? {}
      const isTooLarge = bytes > maxBytes || width * height > maxPixels
      if (found && !isTooLarge) {
        kinds.remember(publicId, kind)
        return true
      }
      await discard(publicId)
      throw new KithError(isTooLarge ? 'media-too-large' : 'unsupported-media-type')
    },
    async *read(key) {
      const publicId = names.staged(key)
      const until = new Date(Date.now() + 60_000)
      for (const kind of kinds.candidates(publicId)) {
        const found = await api.open(downloadAddress(api, { publicId, type, kind, rendition: null }, until))
        if (found?.body) return yield* readBody(found.body)
      }
      throw new KithError('media-not-found')
    },
    async discard(key) {
      await discard(names.staged(key))
    },
    async sweep(before) {
      // A signature also allows sending bytes as a raw file, which nothing reads.
      for (const resourceType of ['image', 'video', 'raw'] as const) await sweepType(resourceType, before)
    },
  }

  async function sweepType(resourceType: ResourceType, before: Date): Promise<void> {
    const path = `${resourceType}/${type}`
    const query = { prefix: names.allStaged, max_results: '500' }
    for (let cursor: string | undefined = ''; cursor !== undefined;) {
      const page = await api.list(path, cursor === '' ? query : { ...query, next_cursor: cursor })
      const old = (page.resources ?? []).filter((asset) => arrivedAt(asset) < before.getTime())
      const ids = old.map(({ public_id: id }) => id)
      for (let from = 0; from < ids.length; from += removedAtOnce)
        await api.remove(path, ids.slice(from, from + removedAtOnce))
      cursor = page.next_cursor
    }
  }
}

async function* readBody(body: ReadableStream<Uint8Array>): AsyncGenerator<Uint8Array> {
  try {
    yield* eachWithin(patience, body)
  } catch (error) {
    throw unavailable(error)
  }
}
