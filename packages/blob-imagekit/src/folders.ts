import { demandBlobKey } from '@kith/core/adapter'

/** The name of the one file in the folder of a blob. */
export const originalName = 'original'

/**
 * The folders of one app's files. Each key has its own folder: folders are deleted by path, whereas a file would have
 * to be looked up first. Anything but a blob key is a `TypeError`.
 */
export interface Folders {
  blob(key: string): string
  staged(key: string): string
  /** The parent of all blob folders. */
  readonly allBlobs: string
  /** The parent of all staged folders. */
  readonly allStaged: string
}

/** Names the folders under a root. */
export function nameFolders(root: string): Folders {
  const path = root.replace(/^\/+|\/+$/g, '')
  if (!/^[\w-]+(?:\/[\w-]+)*$/.test(path))
    throw new TypeError('createImageKitMedia: `folder` is made of letters, digits, "_", "-" and "/"')
  const allStaged = `/${path}/staged`
  const allBlobs = `/${path}/blobs`
  return {
    blob: (key) => `${allBlobs}/${demandBlobKey(key)}`,
    staged: (key) => `${allStaged}/${demandBlobKey(key)}`,
    allBlobs,
    allStaged,
  }
}
