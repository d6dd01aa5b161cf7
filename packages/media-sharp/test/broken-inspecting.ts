import { isKithError, KithError } from '@kith/core'
import type { ImageHeader, ImageProcessor } from '@kith/core/ports'
import sharp from 'sharp'
import type { Broken } from '../../../test/flaws.ts'
import { look } from './processor-flaws.ts'

/** Flaws in `inspect`. */
export const inspectingFlaws: readonly Broken<ImageProcessor>[] = [
  {
    flaw: 'reads no AVIF',
    breaking: ({ inspect }) => ({
      async inspect(path) {
        if ((await look(path)).is('avif')) throw new KithError('media-unreadable')
        return await inspect(path)
      },
    }),
    fails: ['images/inspect-formats', 'images/inspect-header-only', 'images/source-unchanged'],
  },
  {
    flaw: 'returns the size before the picture is turned',
    breaking: ({ inspect }) => ({
      async inspect(path) {
        const header = await inspect(path)
        const { orientation } = await look(path)
        return orientation > 4 ? { ...header, width: header.height, height: header.width } : header
      },
    }),
    fails: ['images/inspect-orientation'],
  },
  {
    flaw: 'counts one frame, whatever moves',
    breaking: ({ inspect }) => ({ inspect: async (path) => ({ ...(await inspect(path)), frames: 1 }) }),
    fails: ['images/inspect-frames'],
  },
  {
    flaw: 'decodes what it inspects',
    breaking: ({ inspect }) => ({
      async inspect(path) {
        const header = await inspect(path)
        await sharp(path)
          .raw()
          .toBuffer()
          .catch(() => Promise.reject(new KithError('media-unreadable')))
        return header
      },
    }),
    fails: ['images/inspect-header-only', 'images/inspect-huge'],
  },
  {
    flaw: 'does not tell the size of what it finds too large',
    breaking: ({ inspect }) => ({
      async inspect(path) {
        const header = await inspect(path)
        if (header.width * header.height > 50_000_000) throw new KithError('media-too-large')
        return header
      },
    }),
    fails: ['images/inspect-huge'],
  },
  {
    flaw: 'inspects whatever its decoder reads',
    breaking: ({ inspect }) => ({
      inspect: (path) =>
        inspect(path).catch(async (error: unknown) => {
          if (!isKithError(error)) throw error
          const { width, height } = await sharp(path)
            .metadata()
            .catch(() => Promise.reject(error))
          return { width, height, frames: 1 }
        }),
    }),
    fails: ['images/inspect-refuses'],
  },
  {
    flaw: 'calls all unreadable that it cannot inspect',
    breaking: ({ inspect }) => ({
      inspect: (path) => inspect(path).catch(() => Promise.reject(new KithError('media-unreadable'))),
    }),
    fails: ['images/io-errors'],
  },
  {
    flaw: 'remembers what it has inspected by its path',
    breaking({ inspect }) {
      const known = new Map<string, ImageHeader>()
      return {
        async inspect(path) {
          const header = known.get(path) ?? (await inspect(path))
          known.set(path, header)
          return header
        },
      }
    },
    fails: ['images/inspect-orientation', 'images/path-read-anew'],
  },
]
