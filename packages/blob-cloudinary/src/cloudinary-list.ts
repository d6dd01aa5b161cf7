import type { BlobStore, MediaKind } from '@kith/core/ports'
import { arrivedAt } from './cloudinary-api.ts'
import type { CloudinaryPlace } from './cloudinary-place.ts'

/** The Admin API lists no more per call, */
const mostListed = 500
/** and takes no more names. */
const mostNamed = 100

/**
 * What upkeep asks of an account, within the budget of the Admin API. Cloudinary keeps images and videos apart, so these are
 * listed behind those.
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
