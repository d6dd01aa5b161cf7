import { demandBlobKey } from '@kith/core/adapter'
import { isBlobKey, type Rendition } from '@kith/core/ports'

/** What an image consists of beside its original. */
export const renditions: readonly Rendition[] = ['thumb', 'feed', 'full']

/** What the objects of one store are called. What is no key of a blob is a `TypeError`. */
export interface ObjectNames {
  /** A blob, or one of its renditions. */
  blob(key: string, rendition: Rendition | null): string
  staged(key: string): string
  /** What stands before all blobs. */
  readonly allBlobs: string
  /** The key of the blob that an object belongs to; `null` for what is none of ours. */
  keyOf(name: string): string | null
  /** Behind every object of a blob, and before those of the blob after it. */
  behind(key: string): string
  /** The object that says which database this is the place of. */
  readonly mark: string
  /** What stands before all that is staged. */
  readonly allStaged: string
}

/** Names objects under a prefix. */
export function nameObjects(prefix: string): ObjectNames {
  const allStaged = `${prefix}staged/`
  const allBlobs = `${prefix}blobs/`
  return {
    blob: (key, rendition) => `${allBlobs}${demandBlobKey(key)}/${rendition ?? 'original'}`,
    staged: (key) => allStaged + demandBlobKey(key),
    allStaged,
    allBlobs,
    keyOf(name) {
      const [key = '', file] = name.slice(allBlobs.length).split('/')
      return name.startsWith(allBlobs) && file !== undefined && isBlobKey(key) ? key : null
    },
    behind: (key) => `${allBlobs}${demandBlobKey(key)}/~`,
    mark: `${prefix}kith-media`,
  }
}
