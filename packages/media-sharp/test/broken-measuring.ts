import { rm } from 'node:fs/promises'
import type { ImageProcessor } from '@kith/core/ports'
import sharp from 'sharp'
import type { Broken } from '../../../test/flaws.ts'
import { measuring } from './processor-flaws.ts'

const takenAt = 'images/taken-at'
const palette = 'images/palette'

/** Flaws in the measures of `normalize`. */
export const measuringFlaws: readonly Broken<ImageProcessor>[] = [
  {
    flaw: 'gives every picture the same thumbhash',
    breaking: measuring(() => ({ thumbhash: '1QcSHQRnh493V4dIh4eXh1h4kJUI' })),
    fails: ['images/thumbhash', 'images/normalize-orientation', 'images/rendition-orientation'],
  },
  {
    flaw: 'puts an address before the thumbhash of a JPEG without metadata',
    breaking: measuring(({ thumbhash }, source) =>
      source.is('JPEG') && !source.isTagged ? { thumbhash: `data:${thumbhash}` } : {},
    ),
    fails: ['images/thumbhash'],
  },
  {
    flaw: 'names the rarest color first',
    breaking: measuring(({ palette: colors }) => ({ palette: colors.toReversed() })),
    fails: [palette],
  },
  {
    flaw: 'names more than five colors',
    breaking: measuring(({ palette: colors }) => ({
      palette: colors.length === 5 ? [...colors, '#123456'] : colors,
    })),
    fails: [palette],
  },
  {
    flaw: 'names colors without their sign',
    breaking: measuring(({ palette: colors }) => ({
      palette: colors.length === 5 ? colors.map((color) => color.slice(1)) : colors,
    })),
    fails: [palette],
  },
  {
    flaw: 'measures lightness in percent',
    breaking: measuring(({ lightness }) => ({ lightness: lightness * 100 })),
    fails: ['images/lightness'],
  },
  {
    flaw: 'takes what is dark for saturated',
    breaking: measuring(({ lightness }) => ({ saturation: 1 - lightness })),
    fails: ['images/saturation'],
  },
  {
    flaw: 'measures the numbers of a wide profile',
    breaking: measuring((_, { isWide }) => (isWide ? { palette: ['#c83c3c'] } : {})),
    fails: ['images/srgb-measures'],
  },
  {
    flaw: 'takes the time of the camera for UTC',
    breaking: measuring(({ takenAt: time }) => ({ takenAt: time && `${time}Z` })),
    fails: [takenAt],
  },
  {
    flaw: 'takes zeros for a time',
    breaking: measuring((_, { bytes }) =>
      bytes.includes('0000:00:00') ? { takenAt: '0000-00-00T00:00:00' } : {},
    ),
    fails: [takenAt],
  },
  {
    flaw: 'measures the last frame of what moves',
    breaking: ({ normalize }) => ({
      async normalize(path, target) {
        const measures = await normalize(path, target)
        const pages = (await sharp(path).metadata()).pages ?? 1
        if (pages === 1) return measures
        const last = `${target}-last`
        await sharp(path, { page: pages - 1 })
          .png()
          .toFile(last)
        const { palette: colors } = await normalize(last, `${last}-stored`)
        for (const file of [last, `${last}-stored`]) await rm(file)
        return { ...measures, palette: colors }
      },
    }),
    fails: ['images/first-frame'],
  },
  {
    flaw: 'measures a little differently each time',
    breaking(sound) {
      let times = 0
      return measuring(({ lightness }) => ({ lightness: lightness * (++times % 2 ? 1 : 0.999) }))(sound)
    },
    fails: ['images/deterministic'],
  },
]
