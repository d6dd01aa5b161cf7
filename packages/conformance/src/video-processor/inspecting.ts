import assert from 'node:assert/strict'
import type { VideoProcessor } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { assertFailed, assertRefused, inFolder } from '../sample-folder.ts'
import { containers, noVideos, plainVideo, turnedVideo } from './samples.ts'

/** What `inspect` promises. */
export const inspectingCases: readonly Case<VideoProcessor>[] = [
  {
    id: 'videos/inspect-formats',
    title: 'inspect returns size and duration of MP4, MOV and WebM',
    async run(videos) {
      await inFolder(async (folder) => {
        for (const { name, sample } of containers) {
          const { durationSeconds, ...rest } = await videos.inspect(await folder.save(name, sample('plain')))
          assert.deepEqual(rest, { width: 64, height: 48 }, name)
          assert.ok(Math.abs(durationSeconds - 1.4) < 0.05, `${name}: ${durationSeconds} s`)
        }
      })
    },
  },
  {
    id: 'videos/inspect-orientation',
    title: 'inspect returns the size as displayed of a video that was turned',
    async run(videos) {
      await inFolder(async (folder) => {
        const path = await folder.save('turned', turnedVideo())
        const { width, height } = await videos.inspect(path)
        assert.deepEqual({ width, height }, { width: 48, height: 64 })
      })
    },
  },
  {
    id: 'videos/inspect-header-only',
    title: 'inspect decodes nothing, so it ignores broken frames',
    async run(videos) {
      await inFolder(async (folder) => {
        for (const { name, sample } of containers) {
          const { width, height } = await videos.inspect(await folder.save(name, sample('broken')))
          assert.deepEqual([width, height], [64, 48], name)
        }
      })
    },
  },
  {
    id: 'videos/inspect-refuses',
    title: 'inspect refuses anything that is not a video or has no picture as media-unreadable',
    async run(videos) {
      await inFolder(async (folder) => {
        for (const [name, bytes] of noVideos)
          await assertRefused(videos.inspect(await folder.save('no-video.mp4', bytes)), name)
      })
    },
  },
  {
    id: 'videos/io-errors',
    title: 'a missing file, and a target that cannot be written, are not reported as unreadable',
    async run(videos) {
      await inFolder(async (folder) => {
        const path = await folder.save('video', plainVideo())
        await assertFailed(videos.inspect(folder.path('missing')), 'inspect: a missing file')
        await assertFailed(
          videos.strip(folder.path('missing'), folder.path('target')),
          'strip: a missing file',
        )
        await assertFailed(videos.strip(path, folder.path('no/folder')), 'strip: a target in no folder')
      })
    },
  },
  {
    id: 'videos/path-read-anew',
    title: 'a path is read each time, whatever was there before',
    async run(videos) {
      await inFolder(async (folder) => {
        for (const { name, sample, isOne } of containers) {
          const path = await folder.save('video', sample('plain'))
          assert.equal((await videos.inspect(path)).width, 64, name)
          await videos.strip(path, folder.path('target'))
          assert.ok(isOne((await folder.read('target')).subarray(0, 64)), name)
        }
        const path = await folder.save('video', turnedVideo())
        assert.equal((await videos.inspect(path)).width, 48)
        await videos.strip(path, folder.path('target'))
        assert.equal((await videos.inspect(folder.path('target'))).width, 48)
      })
    },
  },
]
