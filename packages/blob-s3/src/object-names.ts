import { demandBlobKey } from '@kith/core/adapter'
import { isBlobKey, type Rendition } from '@kith/core/ports'

/** The parts of an image besides its original. */
export const renditions: readonly Rendition[] = ['thumb', 'feed', 'full']

/** The names of the objects of one store. Anything but a blob key is a `TypeError`. */
export interface ObjectNames {
  /** A blob, or one of its renditions. */
  blob(key: string, rendition: Rendition | null): string
  staged(key: string): string
  /** The prefix of all blobs. */
  readonly allBlobs: string
  /** The blob key of an object; `null` for a foreign object. */
  keyOf(name: string): string | null
  /** Sorts after every object of a blob, and before those of the next blob. */
  behind(key: string): string
  /** The object that identifies the database of this place. */
  readonly mark: string
  /** The prefix of all staged files. */
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
