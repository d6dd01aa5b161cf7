import { demandBlobKey } from '@kith/core/adapter'
import { isBlobKey } from '@kith/core/ports'

/** What the assets of one store are called. What is no key of a blob is a `TypeError`. */
export interface AssetNames {
  blob(key: string): string
  staged(key: string): string
  /** The key of the blob that an asset is; `null` for what is none of ours. */
  keyOf(publicId: string): string | null
  /** What stands before all blobs. */
  readonly allBlobs: string
  /** What stands before all that is staged. */
  readonly allStaged: string
}

/** Names assets in a folder. @throws TypeError for what is no folder */
export function nameAssets(folder: string): AssetNames {
  if (!/^(?:[\w-]+(?:\/[\w-]+)*)?$/.test(folder))
    throw new TypeError('`folder` is made of letters, digits, dashes and slashes between them')
  const prefix = folder === '' ? '' : `${folder}/`
  const allStaged = `${prefix}staged/`
  const allBlobs = `${prefix}blobs/`
  return {
    blob: (key) => allBlobs + demandBlobKey(key),
    staged: (key) => allStaged + demandBlobKey(key),
    keyOf(publicId) {
      const key = publicId.slice(allBlobs.length)
      return publicId.startsWith(allBlobs) && isBlobKey(key) ? key : null
    },
    allBlobs,
    allStaged,
  }
}
