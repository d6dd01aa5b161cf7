import assert from 'node:assert/strict'
import type { ImageProcessor } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { race } from '../race.ts'
import { assertFailed, assertRefused, inFolder } from '../sample-folder.ts'
import { plain, tagged } from './samples.ts'
import { readWritten } from './written-image.ts'

const feed = { rendition: 'feed', format: 'webp' } as const

/** Promises about files with any content. */
export const fileCases: readonly Case<ImageProcessor>[] = [
  {
    id: 'images/source-unchanged',
    title: 'a source is not changed',
    async run(images) {
      await inFolder(async (folder) => {
        for (const [name, file] of tagged) {
          const path = await folder.save('image', file)
          await images.inspect(path)
          await images.normalize(path, folder.path('stored'))
          await images.rendition(path, folder.path('feed'), feed)
          assert.ok((await folder.read('image')).equals(file), `${name} was changed`)
        }
      })
    },
  },
  {
    id: 'images/path-read-anew',
    title: 'a path is read each time, whatever was there before',
    async run(images) {
      await inFolder(async (folder) => {
        for (const [width, height] of [
          [60, 40],
          [90, 30],
        ] as const) {
          const path = await folder.save('image', plain(width, height))
          const { frames: _, ...size } = await images.inspect(path)
          assert.deepEqual(size, { width, height })
          await images.normalize(path, folder.path('stored'))
          await images.rendition(path, folder.path('feed'), feed)
          for (const name of ['stored', 'feed']) {
            const written = readWritten(await folder.read(name), name)
            assert.deepEqual([written.width, written.height], [width, height], name)
          }
        }
      })
    },
  },
  {
    id: 'images/io-errors',
    title: 'a missing file, and a target that cannot be written, are not reported as unreadable',
    async run(images) {
      await inFolder(async (folder) => {
        const [missing, nowhere] = [folder.path('missing'), folder.path('no/folder')]
        const path = await folder.save('image', plain(60, 40))
        await assertFailed(images.inspect(missing), 'inspect: a missing file')
        await assertFailed(images.normalize(missing, folder.path('stored')), 'normalize: a missing file')
        await assertFailed(images.rendition(missing, folder.path('feed'), feed), 'rendition: a missing file')
        await assertFailed(images.normalize(path, nowhere), 'normalize: a target in no folder')
        await assertFailed(images.rendition(path, nowhere, feed), 'rendition: a target in no folder')
      })
    },
  },
  {
    id: 'images/parallel',
    title: 'of 18 parallel calls each gets its own image, whether others fail or not',
    async run(images) {
      await inFolder(async (folder) => {
        await race(18, async (index) => {
          const [width, height] = [40 + index, 60 - index]
          const isBroken = index % 3 === 2
          const path = await folder.save(`${index}`, isBroken ? Buffer.from('none') : plain(width, height))
          const target = folder.path(`target-${index}`)
          const call = index % 2 ? images.normalize(path, target) : images.rendition(path, target, feed)
          if (isBroken) return await assertRefused(call, 'a text')
          await call
          const written = readWritten(await folder.read(`target-${index}`), `call ${index}`)
          assert.deepEqual([written.width, written.height], [width, height], `call ${index}`)
        })
      })
    },
  },
]
