import { demandBlobKey } from '@kith/core/adapter'
import { isBlobKey } from '@kith/core/ports'

/** The names of the assets of one store. Anything but a blob key is a `TypeError`. */
export interface AssetNames {
  blob(key: string): string
  staged(key: string): string
  /** The blob key of an asset; `null` for a foreign asset. */
  keyOf(publicId: string): string | null
  /** The prefix of all blobs. */
  readonly allBlobs: string
  /** The prefix of all staged files. */
  readonly allStaged: string
}

/** Names assets in a folder. @throws TypeError for an invalid folder */
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
