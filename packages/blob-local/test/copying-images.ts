import { copyFile } from 'node:fs/promises'
import type { ImageProcessor, Rendition } from '@kith/core'

/** An image processor that copies, and remembers what it made. */
export interface CopyingImages extends ImageProcessor {
  readonly made: Rendition[]
}

export function createCopyingImages(before: () => Promise<void> = async () => {}): CopyingImages {
  const made: Rendition[] = []
  return {
    made,
    inspect: () => Promise.reject(new Error('not used')),
    normalise: () => Promise.reject(new Error('not used')),
    async rendition(path, target, rendition) {
      made.push(rendition)
      await before()
      await copyFile(path, target)
    },
  }
}
