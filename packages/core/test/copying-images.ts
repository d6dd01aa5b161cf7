import { copyFile } from 'node:fs/promises'
import type { ImageProcessor } from '@kith/core/ports'

/** Accepts every picture unchanged. */
export const copyingImages: ImageProcessor = {
  inspect: async () => ({ width: 1, height: 1, frames: 1 }),
  async normalize(path, target) {
    await copyFile(path, target)
    const looks = { palette: [], lightness: 0, saturation: 0, takenAt: null }
    return { width: 1, height: 1, thumbhash: 'x', ...looks }
  },
  async rendition(path, target) {
    await copyFile(path, target)
    return { format: 'webp', isOnlyFormat: true }
  },
}

/** The first bytes of a PNG, as an upload. */
export async function* picture(): AsyncGenerator<Uint8Array> {
  yield Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
}
