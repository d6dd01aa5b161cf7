import { type BlobMeta, type BlobStore, isBlobKey } from '@kith/core/ports'
import { downloadAddress, publicAddress, type Target, tokenAddress } from './addresses.ts'
import { listCloudinaryBlobs } from './cloudinary-list.ts'
import type { CloudinaryPlace } from './cloudinary-place.ts'
import { uploadAsset } from './upload-asset.ts'

/** Blobs as assets, images and videos under their own resource types; renditions are made on first view. */
export function createCloudinaryBlobs(place: CloudinaryPlace): BlobStore {
  const { api, names, type, tokenKey } = place

  const blobs = {
    ...listCloudinaryBlobs(place),
    async put(key: string, bytes: AsyncIterable<Uint8Array>, { contentType, size }: BlobMeta): Promise<void> {
      const publicId = names.blob(key)
      const kind = contentType.startsWith('image/') ? 'image' : 'video'
      await uploadAsset(api, { resourceType: kind, type, publicId }, { bytes, size })
    },
    async remove(key: string): Promise<void> {
      const params = { public_id: names.blob(key), type, invalidate: 'true' }
      await Promise.all((['image', 'video'] as const).map((kind) => api.destroy(kind, params)))
    },
  }
  if (type === 'upload')
    return {
      ...blobs,
      kind: 'public',
      url: (key, rendition, kind = 'image') =>
        publicAddress(place, { publicId: names.blob(key), type, kind, rendition }),
    }
  return {
    ...blobs,
    kind: 'granted',
    async grant(key, rendition, { until, kind }) {
      if (!isBlobKey(key)) return null
      const target: Target = { publicId: names.blob(key), type, kind, rendition }
      return tokenKey === null
        ? downloadAddress(api, target, until)
        : tokenAddress({ ...place, tokenKey }, target, until)
    },
  }
}
