import { readFile, writeFile } from 'node:fs/promises'
import type { ImageProcessor } from '@kith/core/ports'

/**
 * An image processor that copies, and records what it created. Its AVIF is just the header of one in front of the
 * original; it treats a WebP with frames, and a file that starts with `moving`, as an animation.
 */
export interface CopyingImages extends ImageProcessor {
  readonly made: string[]
}

const avifHead = Buffer.from('\0\0\0\x14ftypavif\0\0\0\0avif', 'latin1')

export function createCopyingImages(before: () => Promise<void> = async () => {}): CopyingImages {
  const made: string[] = []
  return {
    made,
    inspect: () => Promise.reject(new Error('not used')),
    normalize: () => Promise.reject(new Error('not used')),
    async rendition(path, target, { rendition, format }) {
      made.push(`${rendition} ${format}`)
      await before()
      const original = await readFile(path)
      const isOnlyFormat = /^moving|ANMF/.test(original.toString('latin1'))
      const written = { format: isOnlyFormat ? 'webp' : format, isOnlyFormat }
      await writeFile(target, written.format === 'avif' ? Buffer.concat([avifHead, original]) : original)
      return written
    },
  }
}
