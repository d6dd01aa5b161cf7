import assert from 'node:assert/strict'
import { stat } from 'node:fs/promises'
import type { VideoProcessor } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { memoryGrowth } from '../memory-growth.ts'
import { race } from '../race.ts'
import { assertNoFile, assertRefused, assertWithout, inFolder, type SampleFolder } from '../sample-folder.ts'
import { writeLargeVideo } from './large-video.ts'
import { type Container, containers, noVideos, turnedVideo, type VideoSample } from './samples.ts'
import { place, secret } from '../secrets.ts'

/** Memory that a process may take in addition for its own reasons. */
const megabytes = 128

/** What `strip` promises. */
export const strippingCases: readonly Case<VideoProcessor>[] = [
  {
    id: 'videos/strip-copies-frames',
    title: 'strip copies every frame of picture and sound unchanged, with size and duration',
    run: (videos) =>
      ofEach(videos, 'plain', async ({ name, frames }, { folder, target }) => {
        for (const [index, frame] of frames.entries())
          assert.ok(target.includes(frame), `${name}: frame ${index} is not as it was`)
        const [before, after] = [
          await videos.inspect(folder.path('source')),
          await videos.inspect(folder.path('target')),
        ]
        assert.ok(Math.abs(after.durationSeconds - before.durationSeconds) < 0.05, `${name}: the duration`)
        assert.deepEqual({ ...after, durationSeconds: 0 }, { ...before, durationSeconds: 0 }, name)
      }),
  },
  {
    id: 'videos/strip-keeps-container',
    title: 'strip keeps the container',
    run: (videos) =>
      ofEach(videos, 'plain', ({ name, isOne }, { target }) => {
        assert.ok(isOne(target.subarray(0, 64)), `it is no ${name} any more`)
      }),
  },
  {
    id: 'videos/strip-keeps-orientation',
    title: 'strip keeps the rotation of a rotated video',
    async run(videos) {
      await inFolder(async (folder) => {
        await videos.strip(await folder.save('source', turnedVideo()), folder.path('target'))
        const { width, height } = await videos.inspect(folder.path('target'))
        assert.deepEqual({ width, height }, { width: 48, height: 64 })
      })
    },
  },
  {
    id: 'videos/strip-tags',
    title: 'strip leaves no place, title, name or other tag anywhere in the file',
    run: (videos) =>
      ofEach(videos, 'tagged', ({ name }, { target }) => assertWithout(target, [secret, place], name)),
  },
  {
    id: 'videos/strip-dates',
    title: 'strip leaves no date',
    run: (videos) =>
      ofEach(videos, 'dated', ({ name, date }, { target }) => assertWithout(target, [date], name)),
  },
  {
    id: 'videos/strip-other-tracks',
    title: 'strip leaves no other tracks and nothing that was in them',
    run: (videos) =>
      ofEach(videos, 'other-tracks', ({ name }, { target }) => assertWithout(target, [secret, place], name)),
  },
  {
    id: 'videos/strip-gaps',
    title: 'strip leaves nothing between or after the frames',
    run: (videos) =>
      ofEach(videos, 'gaps', ({ name }, { target }) => assertWithout(target, [secret, place], name)),
  },
  {
    id: 'videos/source-unchanged',
    title: 'strip does not change its source',
    run: (videos) =>
      ofEach(videos, 'tagged', async ({ name, sample }, { folder }) => {
        assert.ok((await folder.read('source')).equals(sample('tagged')), `${name} was changed`)
      }),
  },
  {
    id: 'videos/strip-fails',
    title: 'if strip fails, the error is media-unreadable, and there is no target',
    async run(videos) {
      const cutOff = containers.map(
        ({ name, sample }) => [`a ${name} without its end`, sample('plain').subarray(0, -60)] as const,
      )
      await inFolder(async (folder) => {
        for (const [name, bytes] of [...noVideos, ...cutOff]) {
          const path = await folder.save('no-video.mp4', bytes)
          await assertRefused(videos.strip(path, folder.path('target')), name)
          assertNoFile(folder.path('target'), name)
        }
      })
    },
  },
  {
    id: 'videos/parallel-strips',
    title: 'of 12 parallel strips each gets its own result, whether others fail or not',
    async run(videos) {
      await inFolder(async (folder) => {
        await race(12, async (index) => {
          const container = containers[index % 4]
          const path = await folder.save(
            `source-${index}`,
            container?.sample('plain') ?? Buffer.from('no video'),
          )
          const strip = videos.strip(path, folder.path(`target-${index}`))
          if (!container) return await assertRefused(strip, 'a text')
          await strip
          const target = await folder.read(`target-${index}`)
          assert.ok(container.isOne(target.subarray(0, 64)))
          for (const frame of container.frames) assert.ok(target.includes(frame))
        })
      })
    },
  },
  {
    id: 'videos/memory-bound',
    title: 'the memory that strip needs does not grow with the file',
    async run(videos) {
      await inFolder(async (folder) => {
        const path = folder.path('large')
        await writeLargeVideo(path, megabytes)
        const grown = await memoryGrowth(() => videos.strip(path, folder.path('target')))
        assert.ok(grown < megabytes * 0.75, `${Math.round(grown)} MiB more for ${megabytes} MiB`)
        const { size } = await stat(folder.path('target'))
        assert.ok(size > megabytes * 2 ** 20, 'frames are missing')
      })
    },
  },
]

/** The result for a sample. */
interface Stripped {
  folder: SampleFolder
  target: Buffer
}

/** Strips a sample of each container and checks the result. */
async function ofEach(
  videos: VideoProcessor,
  what: VideoSample,
  look: (container: Container, stripped: Stripped) => Promise<void> | void,
): Promise<void> {
  for (const container of containers) {
    await inFolder(async (folder) => {
      const path = await folder.save('source', container.sample(what))
      await videos.strip(path, folder.path('target'))
      await look(container, { folder, target: await folder.read('target') })
    })
  }
}
