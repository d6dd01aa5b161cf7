import type { BlobStore, MediaKind } from '@kith/core/ports'
import { arrivedAt } from './cloudinary-api.ts'
import type { CloudinaryPlace } from './cloudinary-place.ts'

/** The maximum page size of the Admin API, */
const mostListed = 500
/** and its maximum number of names. */
const mostNamed = 100

/**
 * What upkeep needs from an account, within the budget of the Admin API. Cloudinary separates images and videos, so
 * videos are listed after images.
 */
export function listCloudinaryBlobs({
  api,
  names,
  type,
}: CloudinaryPlace): Pick<BlobStore, 'list' | 'present'> {
  async function among(kind: MediaKind, keys: readonly string[]): Promise<string[]> {
    const found: string[] = []
    for (let from = 0; from < keys.length; from += mostNamed) {
      const ids = keys.slice(from, from + mostNamed).map(names.blob)
      const assets = await api.among(`${kind}/${type}`, ids)
      found.push(...assets.flatMap(({ public_id: id }) => names.keyOf(id) ?? []))
    }
    return found
  }

  return {
    async list(after, limit) {
      const [kind = 'image', cursor = ''] = after?.split(/:(.*)/s) ?? []
      const page = await api.list(`${kind}/${type}`, {
        prefix: names.allBlobs,
        max_results: String(Math.min(limit, mostListed)),
        ...(cursor !== '' && { next_cursor: cursor }),
      })
      const blobs = (page.resources ?? []).flatMap((asset) => {
        const key = names.keyOf(asset.public_id)
        return key === null ? [] : [{ key, storedAt: new Date(arrivedAt(asset)) }]
      })
      if (page.next_cursor !== undefined) return { blobs, next: `${kind}:${page.next_cursor}` }
      return { blobs, next: kind === 'image' ? 'video:' : null }
    },
    async present(keys) {
      const images = await among('image', keys)
      const others = keys.filter((key) => !images.includes(key))
      return [...images, ...(await among('video', others))]
    },
  }
}
