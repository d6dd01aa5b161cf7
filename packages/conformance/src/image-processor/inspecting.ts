import assert from 'node:assert/strict'
import type { ImageProcessor } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { assertRefused, inFolder } from '../sample-folder.ts'
import { moving, noImages, spoiled, stills, turned, vast } from './samples.ts'

/** What `inspect` promises. */
export const inspectingCases: readonly Case<ImageProcessor>[] = [
  {
    id: 'images/inspect-formats',
    title: 'inspect reads the header of JPEG, PNG, WebP, GIF and AVIF',
    async run(images) {
      await inFolder(async (folder) => {
        for (const [name, file] of stills) {
          const found = await images.inspect(await folder.save('image', file))
          assert.deepEqual(found, { width: 64, height: 48, frames: 1 }, name)
        }
      })
    },
  },
  {
    id: 'images/inspect-orientation',
    title: 'inspect returns the size as displayed, in each of the eight orientations',
    async run(images) {
      await inFolder(async (folder) => {
        for (const { file, orientation } of turned) {
          const { width, height } = await images.inspect(await folder.save('image', file))
          const expected = orientation <= 4 ? [64, 48] : [48, 64]
          assert.deepEqual([width, height], expected, `orientation ${orientation}`)
        }
      })
    },
  },
  {
    id: 'images/inspect-frames',
    title: 'inspect counts the frames of a GIF and of a WebP',
    async run(images) {
      await inFolder(async (folder) => {
        for (const [name, file] of moving) {
          const found = await images.inspect(await folder.save('image', file))
          assert.deepEqual(found, { width: 64, height: 48, frames: 3 }, name)
        }
      })
    },
  },
  {
    id: 'images/inspect-header-only',
    title: 'inspect decodes nothing, so it ignores a picture that is broken after its header',
    async run(images) {
      await inFolder(async (folder) => {
        for (const [name, file] of spoiled) {
          const { width, height } = await images.inspect(await folder.save('image', file))
          assert.deepEqual([width, height], [64, 48], name)
        }
      })
    },
  },
  {
    id: 'images/inspect-huge',
    title: 'inspect returns the announced number of pixels, even more than any memory holds',
    async run(images) {
      await inFolder(async (folder) => {
        const found = await images.inspect(await folder.save('image', vast))
        assert.deepEqual(found, { width: 40_000, height: 40_000, frames: 1 })
      })
    },
  },
  {
    id: 'images/inspect-refuses',
    title: 'inspect refuses anything else as media-unreadable, including SVG and TIFF',
    async run(images) {
      await inFolder(async (folder) => {
        for (const [name, file] of noImages)
          await assertRefused(images.inspect(await folder.save('image.jpg', file)), name)
      })
    },
  },
]
