import { copyFile, readFile, writeFile } from 'node:fs/promises'
import { setImmediate as gap } from 'node:timers/promises'
import { isKithError, KithError } from '@kith/core'
import type { ImageProcessor } from '@kith/core/ports'
import sharp from 'sharp'
import type { Broken } from '../../../test/flaws.ts'
import { type Breaking, look, measuring, storing } from './processor-flaws.ts'

/** Does something else if an image is refused; a HEIC may be refused or not. */
function whereItRefuses(instead: (error: unknown, path: string, target: string) => Promise<never>): Breaking {
  return ({ normalize }) => ({
    normalize: (path, target) =>
      normalize(path, target).catch(async (error: unknown) => {
        if (!isKithError(error) || (await look(path)).is('heic')) throw error
        return await instead(error, path, target)
      }),
  })
}

/** Writes an image although it was refused, as far as the decoder gets. */
function writesAll(image: 'JPEG' | 'SVG'): Breaking {
  return ({ normalize }) => ({
    normalize: (path, target) =>
      normalize(path, target).catch(async (error: unknown) => {
        const source = isKithError(error) ? await look(path) : null
        const isMeant =
          image === 'JPEG' ? source?.is('JPEG') : source?.bytes.toString('latin1', 0, 4) === '<svg'
        if (!source || !isMeant) throw error
        await sharp(path, { failOn: 'none' })
          .webp()
          .toFile(target)
          .catch(() => Promise.reject(error))
        return { width: 1, height: 1, thumbhash: '', palette: [], lightness: 0, saturation: 0, takenAt: null }
      }),
  })
}

const upright = 'images/normalize-orientation'
const bare = 'images/normalize-strips-metadata'
const failing = 'images/normalize-fails'

const profile = 'images/normalize-colors'

/** A WebP whose profile is the first chunk after its header. */
function withoutProfile(webp: Buffer): Buffer {
  const size = webp.readUInt32LE(34)
  const whole = Buffer.concat([webp.subarray(0, 30), webp.subarray(38 + size + (size % 2))])
  whole.writeUInt32LE(whole.length - 8, 4)
  whole[20] = (whole[20] ?? 0) & ~0x20
  return whole
}

/** Flaws in the output of `normalize`. */
export const storingFlaws: readonly Broken<ImageProcessor>[] = [
  {
    flaw: 'keeps a GIF a GIF',
    breaking: storing((source) => (source.is('GIF') ? Promise.resolve(source.bytes) : null)),
    fails: ['images/normalize-webp', bare],
  },
  {
    flaw: 'returns the size before the picture is turned',
    breaking: measuring(({ width, height }, { orientation }) =>
      orientation > 4 ? { width: height, height: width } : {},
    ),
    fails: [upright],
  },
  {
    flaw: 'measures the picture upright and stores it as it lies',
    breaking: storing(({ path, orientation }) => (orientation === 1 ? null : sharp(path).webp().toBuffer())),
    fails: [upright],
  },
  {
    flaw: 'turns a picture and does not mirror it',
    breaking: storing((source, stored) =>
      source.orientation === 2 ? sharp(stored).flop().webp({ lossless: true }).toBuffer() : null,
    ),
    fails: [upright],
  },
  ...(['WEBP', 'avif'] as const).map((format) => ({
    flaw: `keeps the EXIF and XMP of ${format}`,
    breaking: storing((source) =>
      source.isTagged && source.is(format) ? sharp(source.path).keepMetadata().webp().toBuffer() : null,
    ),
    fails: [bare],
  })),
  {
    flaw: 'adds a part that says who wrote it',
    breaking: storing(({ isTagged, orientation }, stored) => {
      if (!isTagged || orientation > 1) return null
      const part = Buffer.from('PROG\x04\0\0\0kith', 'latin1')
      const longer = Buffer.concat([stored, part])
      longer.writeUInt32LE(longer.length - 8, 4)
      return Promise.resolve(longer)
    }),
    fails: [bare, upright],
  },
  {
    flaw: 'drops the color profile and keeps its numbers',
    breaking: storing((source, stored) =>
      source.isWide ? sharp(stored).keepIccProfile().webp().toBuffer().then(withoutProfile) : null,
    ),
    fails: [profile],
  },
  {
    flaw: 'keeps the color profile as it came',
    breaking: storing((source) =>
      source.isWide ? sharp(source.path).keepIccProfile().webp().toBuffer() : null,
    ),
    fails: [profile],
  },
  {
    flaw: 'leaves what it has written where it fails',
    breaking: whereItRefuses(async (error, _path, target) => {
      await writeFile(target, 'RIFF')
      throw error
    }),
    fails: [failing],
  },
  {
    flaw: 'says in its own words why it fails',
    breaking: whereItRefuses(() => Promise.reject(new Error('Input buffer has corrupt header'))),
    fails: [failing, 'images/parallel'],
  },
  {
    flaw: 'stores a JPEG that is cut off, gray where it ends',
    breaking: writesAll('JPEG'),
    fails: [failing],
  },
  {
    flaw: 'stores whatever its decoder reads, SVG too',
    breaking: writesAll('SVG'),
    fails: [failing],
  },
  {
    flaw: 'has no words for a HEIC',
    breaking: ({ normalize }) => ({
      async normalize(path, target) {
        if ((await look(path)).is('heic')) throw new Error('heif: Unsupported codec')
        return await normalize(path, target)
      },
    }),
    fails: ['images/heic'],
  },
  {
    flaw: 'calls all unreadable that it cannot store',
    breaking: ({ normalize }) => ({
      normalize: (path, target) =>
        normalize(path, target).catch(() => Promise.reject(new KithError('media-unreadable'))),
    }),
    fails: ['images/io-errors'],
  },
  {
    flaw: 'stores over its source',
    breaking: ({ normalize }) => ({
      async normalize(path, target) {
        const measures = await normalize(path, target)
        await copyFile(target, path)
        return measures
      },
    }),
    fails: ['images/source-unchanged'],
  },
  {
    flaw: 'remembers what it has stored by its path',
    breaking({ normalize }) {
      const known = new Map<string, Buffer>()
      return {
        async normalize(path, target) {
          const measures = await normalize(path, target)
          const before = known.get(path)
          if (before) await writeFile(target, before)
          else known.set(path, await readFile(target))
          return measures
        },
      }
    },
    fails: ['images/path-read-anew'],
  },
  {
    flaw: 'mixes up two images that it stores at once',
    breaking({ normalize }) {
      let latest = ''
      return {
        async normalize(path, target) {
          latest = path
          await gap()
          return await normalize(latest, target)
        },
      }
    },
    fails: ['images/parallel'],
  },
]
