import { isBlobKey } from '@kith/core/ports'

/** What the one file in the folder of a blob is called. */
export const originalName = 'original'

/**
 * Where the files of one app are. Each key has a folder of its own: folders are deleted by their path, whereas a file would
 * have to be looked up first. What is no key of a blob is a `TypeError`.
 */
export interface Folders {
  blob(key: string): string
  staged(key: string): string
  /** What holds the folders of all blobs. */
  readonly allBlobs: string
  /** What holds the folders of all that is staged. */
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
    blob: (key) => `${allBlobs}/${demandKey(key)}`,
    staged: (key) => `${allStaged}/${demandKey(key)}`,
    allBlobs,
    allStaged,
  }
}

function demandKey(key: string): string {
  if (!isBlobKey(key)) throw new TypeError('a key is made of letters, digits and dashes')
  return key
}
