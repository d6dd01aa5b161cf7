import assert from 'node:assert/strict'
import { isKithError } from '@kith/core'
import type { ImageProcessor } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { childMemory } from '../child-memory.ts'
import { memoryGrowth } from '../memory-growth.ts'
import { assertNoFile, assertRefused, inFolder, type SampleFolder } from '../sample-folder.ts'
import { mutations } from './mutations.ts'
import { heic, moving, plain, readSwellingBombs, readTangledBombs, stills, tagged, wide } from './samples.ts'
import { readWritten } from './written-image.ts'

/** What a file may cost the calling process, and any that works for it: MiB. */
const [callerLimit, helperLimit] = [64, 1_280]
/** The last is for a HEIC, if HEIC is not supported. */
const refusals = ['media-too-complex', 'media-too-large', 'media-unreadable', 'unsupported-media-type']
const seed = 20_260_714

/** Promises about malicious files. */
export const boundCases: readonly Case<ImageProcessor>[] = [
  {
    id: 'images/memory-bound',
    title: 'no file makes the calling process grow by 64 MB, nor one that works for it larger than 1,280 MB',
    async run(images) {
      await inFolder(async (folder) => {
        // What is loaded with the first image does not count.
        await attempt(images, folder, plain(60, 40))
        for (const [name, file] of readSwellingBombs()) {
          let growth = 0
          const largest = await childMemory(async () => {
            growth = await memoryGrowth(async () => void (await attempt(images, folder, file)))
          })
          assert.ok(growth < callerLimit, `${name}: the process grew by ${growth.toFixed()} MB`)
          assert.ok(largest < helperLimit, `${name}: one that works for it had ${largest.toFixed()} MB`)
        }
      })
    },
  },
  {
    id: 'images/too-many-parts',
    title: 'what has more parts than any real picture is refused, and there is no target',
    async run(images) {
      await inFolder(async (folder) => {
        const target = folder.path('target')
        for (const [name, file] of readTangledBombs()) {
          const path = await folder.save('image', file)
          await assertRefused(images.normalize(path, target), name, refusals)
          const form = { rendition: 'feed', format: 'webp' } as const
          await assertRefused(images.rendition(path, target, form), name, refusals)
          assertNoFile(target, name)
        }
      })
    },
  },
  {
    id: 'images/fair-queue',
    title: 'an account with one file does not wait behind all files of another',
    async run(images) {
      await inFolder(async (folder) => {
        let waiting = 20
        const many = Array.from({ length: waiting }, async (_, index) => {
          const path = await folder.save(`many-${index}`, plain(400, 300))
          return async (): Promise<void> => {
            await images.normalize(path, folder.path(`of-many-${index}`), 'many')
            waiting--
          }
        })
        const one = await folder.save('one', plain(400, 300))
        const started = (await Promise.all(many)).map((run) => run())
        await images.normalize(one, folder.path('of-one'), 'one')
        const left = waiting
        await Promise.all(started)
        assert.ok(left > 0, 'it was the last')
      })
    },
  },
  {
    id: 'images/damaged-files',
    title: 'of 300 files that are broken anywhere, each gives an image or is refused',
    async run(images) {
      const files = [...stills, ...tagged, ...moving].map(([, file]) => file)
      await inFolder(async (folder) => {
        let number = 0
        for (const file of mutations([...files, wide, heic], 300, seed)) {
          const what = `broken file ${number++}`
          const code = await attempt(images, folder, file)
          if (code === null) readWritten(await folder.read('target'), what)
          else assert.ok([...refusals, 'busy'].includes(code), `${what} is refused, and not: ${code}`)
        }
      })
    },
  },
]

/** Inspects and stores a file, as an upload does: `null`, or the code of the error. */
async function attempt(images: ImageProcessor, folder: SampleFolder, file: Buffer): Promise<string | null> {
  const path = await folder.save('image', file)
  try {
    await images.inspect(path)
    await images.normalize(path, folder.path('target'))
    return null
  } catch (error) {
    return isKithError(error) ? error.code : String(error)
  }
}
