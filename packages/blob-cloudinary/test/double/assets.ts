import { randomBytes } from 'node:crypto'

/** What is stored of a file. */
export interface DoubleAsset {
  resourceType: string
  type: string
  publicId: string
  bytes: Buffer
  format: string | null
  width: number | null
  height: number | null
  createdAt: Date
  /** When it was last uploaded, in seconds. */
  version: number
}

/** All assets of an account, and the cache of the CDN in front of them. */
export interface DoubleAssets {
  get(resourceType: string, type: string, publicId: string): DoubleAsset | null
  save(asset: Omit<DoubleAsset, 'createdAt' | 'version'>, invalidate: boolean): DoubleAsset
  remove(asset: DoubleAsset, invalidate: boolean): void
  list(resourceType: string, type: string): DoubleAsset[]
  all(): DoubleAsset[]
  /** Makes an asset older, for tests of old assets. */
  age(publicId: string, seconds: number): void
  readonly cdn: Map<string, CachedFile>
}

/** What the CDN serves from its cache, until it is invalidated. */
export interface CachedFile {
  asset: DoubleAsset
  contentType: string
  bytes: Buffer
}

/** Empty at first. */
export function createAssets(): DoubleAssets {
  const assets = new Map<string, DoubleAsset>()
  const cdn = new Map<string, CachedFile>()
  const keyOf = (resourceType: string, type: string, publicId: string): string =>
    `${resourceType}/${type}/${publicId}`

  function forget(asset: Pick<DoubleAsset, 'resourceType' | 'type' | 'publicId'>): void {
    const key = keyOf(asset.resourceType, asset.type, asset.publicId)
    for (const [path, { asset: cached }] of cdn)
      if (keyOf(cached.resourceType, cached.type, cached.publicId) === key) cdn.delete(path)
  }

  return {
    cdn,
    get: (resourceType, type, publicId) => assets.get(keyOf(resourceType, type, publicId)) ?? null,
    save(asset, invalidate) {
      const key = keyOf(asset.resourceType, asset.type, asset.publicId)
      const now = new Date()
      const createdAt = assets.get(key)?.createdAt ?? now
      const saved = { ...asset, createdAt, version: Math.floor(now.getTime() / 1000) }
      assets.set(key, saved)
      if (invalidate) forget(asset)
      return saved
    },
    remove(asset, invalidate) {
      assets.delete(keyOf(asset.resourceType, asset.type, asset.publicId))
      if (invalidate) forget(asset)
    },
    list: (resourceType, type) =>
      [...assets.values()].filter((asset) => asset.resourceType === resourceType && asset.type === type),
    all: () => [...assets.values()],
    age(publicId, seconds) {
      for (const asset of assets.values()) {
        if (asset.publicId !== publicId) continue
        asset.createdAt = new Date(asset.createdAt.getTime() - seconds * 1000)
        asset.version -= seconds
      }
    },
  }
}

/** What the API returns for an asset. */
export function describeAsset(asset: DoubleAsset): Record<string, unknown> {
  const { resourceType, type, publicId, bytes, format, width, height, createdAt, version } = asset
  return {
    asset_id: randomBytes(16).toString('hex'),
    public_id: publicId,
    ...(format !== null && { format }),
    version,
    resource_type: resourceType,
    type,
    created_at: createdAt.toISOString().replace(/\.\d+Z$/, 'Z'),
    bytes: bytes.length,
    ...(width !== null && { width, height }),
  }
}
