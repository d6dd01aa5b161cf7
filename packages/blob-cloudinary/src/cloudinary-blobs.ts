import { type BlobStore, type GrantedBlobStore, isBlobKey, type MediaKind, type Rendition } from '@kith/core'
import { downloadAddress, publicAddress, type Target, tokenAddress } from './addresses.ts'
import type { CloudinaryPlace } from './cloudinary-place.ts'
import { uploadAsset } from './upload-asset.ts'

/** Blobs as assets, an image and a video each under its own resource type; renditions are made when they are first seen. */
export function createCloudinaryBlobs(place: CloudinaryPlace): BlobStore {
  const { api, names, kinds, type, tokenKey, urlPrefix } = place

  /** Asks for the first byte, once for each blob that another process has stored. What is not there may be either. */
  async function findKind(publicId: string): Promise<MediaKind> {
    const until = new Date(Date.now() + 60_000)
    for (const kind of kinds.candidates(publicId)) {
      const address = downloadAddress(api, { publicId, type, kind, rendition: null }, until)
      const found = await api.open(address, { range: 'bytes=0-0' })
      await found?.body?.cancel()
      if (!found) continue
      kinds.remember(publicId, kind)
      return kind
    }
    return 'image'
  }

  const blobs: BlobStore = {
    async put(key, bytes, { contentType, size }) {
      const publicId = names.blob(key)
      const kind = contentType.startsWith('image/') ? 'image' : 'video'
      await uploadAsset(api, { resourceType: kind, type, publicId }, { bytes, size })
      kinds.remember(publicId, kind)
    },
    url(key, rendition, kind = 'image') {
      const publicId = names.blob(key)
      if (type === 'upload') return publicAddress(place, { publicId, type, kind, rendition })
      return rendition ? `${urlPrefix}/${key}/${rendition}` : `${urlPrefix}/${key}`
    },
    async remove(key) {
      const params = { public_id: names.blob(key), type, invalidate: 'true' }
      await Promise.all((['image', 'video'] as const).map((kind) => api.destroy(kind, params)))
    },
  }
  if (type === 'upload') return blobs

  const granted: GrantedBlobStore = {
    ...blobs,
    async grant(key, rendition, until) {
      if (!isBlobKey(key)) return null
      const publicId = names.blob(key)
      const kind = rendition ? 'image' : (kinds.of(publicId) ?? (await findKind(publicId)))
      const target: Target = { publicId, type, kind, rendition }
      return tokenKey === null
        ? downloadAddress(api, target, until)
        : tokenAddress({ ...place, tokenKey }, target, until)
    },
  }
  return granted
}
