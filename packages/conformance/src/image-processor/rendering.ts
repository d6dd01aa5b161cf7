import assert from 'node:assert/strict'
import {
  type ImageProcessor,
  type RenditionForm,
  renditionPixels,
  type WrittenRendition,
} from '@kith/core/ports'
import { forms } from '../blob-store/samples.ts'
import type { Case } from '../case.ts'
import { assertNoFile, assertRefused, inFolder } from '../sample-folder.ts'
import { cutOff, image, moving, noImages, plain, stills, tagged, turned, vast, wide } from './samples.ts'
import { assertNear, assertSeen, measuresOf } from './seeing.ts'
import { readWritten, type WrittenImage } from './written-image.ts'

/** What `rendition` promises. */
export const renderingCases: readonly Case<ImageProcessor>[] = [
  {
    id: 'images/rendition-format',
    title: 'a rendition has the returned format, which is the requested one or WebP',
    async run(images) {
      for (const [name, file] of [...stills, ...moving]) {
        for (const format of ['webp', 'avif'] as const) {
          const { answer, written } = await rendered(images, file, { rendition: 'feed', format })
          const what = `${name} in ${format}`
          assert.equal(written.format, answer.format, what)
          assert.ok([format, 'webp'].includes(answer.format), what)
        }
      }
    },
  },
  {
    id: 'images/animated-rendition-format',
    title: 'an animation is WebP, and a rendition that reports a single format has it whichever is requested',
    async run(images) {
      for (const [name, file] of [...stills.slice(0, 1), ...moving]) {
        for (const form of forms) {
          const { answer, written } = await rendered(images, file, form)
          const what = `${form.rendition} of a ${name} in ${form.format}`
          if (written.frames > 1) assert.deepEqual(answer, { format: 'webp', isOnlyFormat: true }, what)
          if (!answer.isOnlyFormat) continue
          const other = await rendered(images, file, {
            ...form,
            format: form.format === 'webp' ? 'avif' : 'webp',
          })
          assert.deepEqual(other.answer, answer, what)
        }
      }
    },
  },
  {
    id: 'images/rendition-bounds',
    title: 'feed and full are the whole picture, no longer than they may be and never larger than it',
    async run(images) {
      for (const [width, height] of sizes) {
        const file = plain(width, height)
        for (const rendition of ['feed', 'full'] as const) {
          const { written } = await rendered(images, file, { rendition, format: 'webp' })
          const scale = Math.min(1, renditionPixels[rendition] / Math.max(width, height))
          for (const [actual, original] of [
            [written.width, width],
            [written.height, height],
          ] as const) {
            const near = Math.abs(actual - Math.max(1, original * scale)) <= 1
            assert.ok(
              near && actual <= original,
              `${rendition} of ${width} × ${height}: ${written.width} × ${written.height}`,
            )
          }
        }
      }
    },
  },
  {
    id: 'images/thumb',
    title: 'thumb is the square in the middle, never larger than the picture',
    async run(images) {
      for (const [width, height] of sizes) {
        const side = Math.min(renditionPixels.thumb, width, height)
        const { written } = await rendered(images, plain(width, height), {
          rendition: 'thumb',
          format: 'webp',
        })
        assert.deepEqual([written.width, written.height], [side, side], `${width} × ${height}`)
      }
      const { file } = await rendered(images, image('stripes/blue-middle.png'), {
        rendition: 'thumb',
        format: 'webp',
      })
      assertNear((await measuresOf(images, file)).palette[0], '#2040c0', 'the middle')
    },
  },
  {
    id: 'images/rendition-orientation',
    title: 'a rendition is upright, in each of the eight orientations',
    async run(images) {
      const samples = turned.flatMap((sample) => [
        { ...sample, format: 'webp' as const },
        // What rotates one format rotates the other; this one is rotated and mirrored.
        ...(sample.orientation === 7 ? [{ ...sample, format: 'avif' as const }] : []),
      ])
      for (const { file, orientation, seen, format } of samples) {
        const made = await rendered(images, file, { rendition: 'feed', format })
        const measures = await measuresOf(images, made.file)
        const what = `orientation ${orientation} in ${format}`
        assert.deepEqual([measures.width, measures.height], orientation <= 4 ? [64, 48] : [48, 64], what)
        assertSeen(measures.thumbhash, seen, what)
      }
    },
  },
  {
    id: 'images/rendition-strips-metadata',
    title: 'a rendition has no EXIF, GPS, XMP, IPTC, comment or other part, of every format',
    async run(images) {
      for (const [, file] of tagged) {
        for (const format of ['webp', 'avif'] as const)
          await rendered(images, file, { rendition: 'feed', format })
      }
    },
  },
  {
    id: 'images/rendition-colors',
    title: 'a rendition has no color profile, and its colors are those of sRGB',
    async run(images) {
      for (const form of forms) {
        const { written, file } = await rendered(images, wide, form)
        assert.equal(written.profile, null, `${form.rendition} in ${form.format}`)
        assertNear(
          (await measuresOf(images, file)).palette[0],
          '#d6262f',
          `${form.rendition} in ${form.format}`,
        )
      }
    },
  },
  {
    id: 'images/rendition-fails',
    title: 'if a rendition fails, the error is media-unreadable or media-too-large, and there is no target',
    async run(images) {
      const codes = ['media-unreadable', 'media-too-large']
      await inFolder(async (folder) => {
        const target = folder.path('target')
        for (const [name, file] of [...noImages, ...cutOff, ['a vast picture', vast] as const]) {
          const path = await folder.save('image.jpg', file)
          for (const format of ['webp', 'avif'] as const) {
            const call = images.rendition(path, target, { rendition: 'thumb', format })
            await assertRefused(call, name, file === vast ? codes : undefined)
            assertNoFile(target, name)
          }
        }
      })
    },
  },
]

/** Smaller and larger than each rendition, in every shape. */
const sizes = [
  [2400, 60],
  [50, 1200],
  [400, 330],
  [200, 100],
  [3, 900],
  [1, 1],
] as const

/** Makes a rendition of a sample. */
async function rendered(
  images: ImageProcessor,
  source: Buffer,
  form: RenditionForm,
): Promise<{ answer: WrittenRendition; written: WrittenImage; file: Buffer }> {
  return await inFolder(async (folder) => {
    const answer = await images.rendition(await folder.save('image', source), folder.path('target'), form)
    const file = await folder.read('target')
    return { answer, file, written: readWritten(file, `${form.rendition} in ${form.format}`) }
  })
}
