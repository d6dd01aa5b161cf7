import { randomBytes } from 'node:crypto'
import { sniff } from '@kith/core/adapter'
import sharp from 'sharp'
import { Refusal } from './refusal.ts'

/** A file of the media library. */
export interface Asset {
  fileId: string
  /** Without a trailing slash; `''` is the root. */
  folder: string
  name: string
  bytes: Buffer
  mime: string
  width: number | null
  height: number | null
  isPrivate: boolean
  version: number
  createdAt: Date
  updatedAt: Date
  description: string | null
}

/** The fields of an upload besides the bytes. */
interface Arrival {
  folder: string
  name: string
  isPrivate: boolean
  overwrites: boolean
}

/** The media library of one account, in memory. */
export interface Library {
  store(bytes: Buffer, arrival: Arrival): Promise<Asset>
  byId(fileId: string): Asset | null
  byPath(path: string): Asset | null
  /** The files and folders directly in a folder. */
  filesIn(folder: string): Asset[]
  foldersIn(folder: string): { path: string; createdAt: Date }[]
  removeFile(fileId: string): void
  /** Includes its contents. @returns whether it existed */
  removeFolder(folder: string): boolean
  /** The paths of all files. */
  paths(): string[]
}

/** Creates an empty one. */
export function createLibrary(): Library {
  const assets = new Map<string, Asset>()
  const folders = new Map<string, Date>()

  function makeFolders(folder: string): void {
    const names = folder.split('/').slice(1)
    for (let depth = 1; depth <= names.length; depth++) {
      const path = `/${names.slice(0, depth).join('/')}`
      if (!folders.has(path)) folders.set(path, new Date())
    }
  }

  function byPath(path: string): Asset | null {
    return [...assets.values()].find(({ folder, name }) => `${folder}/${name}` === path) ?? null
  }

  return {
    async store(bytes, { folder, name, isPrivate, overwrites }) {
      const measures = await measure(bytes)
      const existing = byPath(`${folder}/${name}`)
      if (existing && !overwrites) {
        throw new Refusal(
          400,
          'A file with the same name already exists at the exact location. We could not overwrite it because both overwriteFile and useUniqueFileName are set to false.',
        )
      }
      makeFolders(folder)
      const now = new Date()
      const asset: Asset = {
        fileId: existing?.fileId ?? randomBytes(12).toString('hex'),
        ...{ folder, name, isPrivate, bytes, ...measures },
        version: (existing?.version ?? 0) + 1,
        createdAt: existing?.createdAt ?? now,
        updatedAt: now,
        description: null,
      }
      assets.set(asset.fileId, asset)
      return asset
    },
    byId: (fileId) => assets.get(fileId) ?? null,
    byPath,
    filesIn: (folder) => [...assets.values()].filter((asset) => asset.folder === folder),
    foldersIn: (parent) =>
      [...folders]
        .filter(([path]) => path.slice(0, path.lastIndexOf('/')) === parent)
        .map(([path, createdAt]) => ({ path, createdAt })),
    removeFile: (fileId) => void assets.delete(fileId),
    removeFolder(folder) {
      const isIn = (path: string): boolean => `${path}/`.startsWith(`${folder}/`)
      for (const asset of assets.values()) if (isIn(asset.folder)) assets.delete(asset.fileId)
      const paths = [...folders.keys()].filter(isIn)
      for (const path of paths) folders.delete(path)
      return paths.length > 0
    },
    paths: () => [...assets.values()].map(({ folder, name }) => `${folder}/${name}`).sort(),
  }
}

/** Uses the first bytes. Text without an extension is `application/octet-stream`. Videos are not measured here. */
async function measure(bytes: Buffer): Promise<Pick<Asset, 'mime' | 'width' | 'height'>> {
  const mime = sniff(bytes) ?? 'application/octet-stream'
  if (!mime.startsWith('image/')) return { mime, width: null, height: null }
  const metadata = await sharp(bytes)
    .metadata()
    .catch(() => null)
  return { mime, width: metadata?.width ?? null, height: metadata?.height ?? null }
}

/** A file as the API returns it. */
export function describeAsset(asset: Asset, urlEndpoint: string): object {
  const path = `${asset.folder}/${asset.name}`
  const isImage = asset.mime.startsWith('image/')
  return {
    type: 'file',
    name: asset.name,
    createdAt: asset.createdAt.toISOString(),
    updatedAt: asset.updatedAt.toISOString(),
    fileId: asset.fileId,
    tags: null,
    AITags: null,
    versionInfo: { id: asset.fileId, name: `Version ${asset.version}` },
    isPublished: true,
    customCoordinates: null,
    customMetadata: {},
    isPrivateFile: asset.isPrivate,
    url: urlEndpoint + path,
    fileType: isImage ? 'image' : 'non-image',
    filePath: path,
    ...(asset.width !== null && { width: asset.width, height: asset.height }),
    size: asset.bytes.length,
    mime: asset.mime,
    ...(asset.description !== null && { description: asset.description }),
  }
}
