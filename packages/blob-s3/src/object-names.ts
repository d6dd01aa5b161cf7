import { isBlobKey, type Rendition } from '@kith/core'

/** What an image consists of beside its original. */
export const renditions: readonly Rendition[] = ['thumb', 'feed', 'full']

/** What the objects of one store are called. What is no key of a blob is a `TypeError`. */
export interface ObjectNames {
  /** A blob, or one of its renditions. */
  blob(key: string, rendition: Rendition | null): string
  staged(key: string): string
  /** What stands before all that is staged. */
  readonly allStaged: string
}

/** Names objects under a prefix. */
export function nameObjects(prefix: string): ObjectNames {
  const allStaged = `${prefix}staged/`
  return {
    blob: (key, rendition) => `${prefix}blobs/${demandKey(key)}/${rendition ?? 'original'}`,
    staged: (key) => allStaged + demandKey(key),
    allStaged,
  }
}

function demandKey(key: string): string {
  if (!isBlobKey(key)) throw new TypeError('a key is made of letters, digits and dashes')
  return key
}
