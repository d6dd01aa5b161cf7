import { existsSync } from 'node:fs'
import { copyFile, readFile, stat, writeFile } from 'node:fs/promises'
import { setImmediate as gap } from 'node:timers/promises'
import { videoProcessorCases } from '@kith/conformance'
import { isKithError, KithError } from '@kith/core'
import type { VideoMeasures, VideoProcessor } from '@kith/core/ports'
import { afterAll, describe, expect, test } from 'vitest'
import { assertBounded, hidingPlaces, isoBombs, stripHidden, webmBombs } from '../../../test/kit-samples.ts'
import { type Broken, testFlaws } from '../../../test/flaws.ts'
import { createMediabunnyVideos } from '../src/index.ts'
import { makeFolder } from './videos.ts'

type Breaking = Broken<VideoProcessor>['breaking']

/** Changes a small stripped video, whose layout is that of its source. */
function afterStripping(change: (target: Buffer, source: Buffer) => void): Breaking {
  return ({ strip }) => ({
    async strip(path, target) {
      await strip(path, target)
      if ((await stat(path)).size > 1_000_000) return
      const bytes = await readFile(target)
      change(bytes, await readFile(path))
      await writeFile(target, bytes)
    },
  })
}

/** Restores the data after certain words, in files that have a mark. */
function keeping(words: string, mark: string = words): Breaking {
  return afterStripping((target, source) => {
    const at = source.indexOf(words, 0, 'latin1')
    if (at >= 0 && source.includes(mark, 0, 'latin1')) source.copy(target, at, at, at + 120)
  })
}

function turnAt(bytes: Buffer): number {
  const header = bytes.indexOf('tkhd')
  return bytes.readUInt32BE(header + 44) === 0 ? header + 44 : -1
}

const inspectingFlaws: readonly Broken<VideoProcessor>[] = [
  {
    flaw: 'measures whole seconds',
    breaking: ({ inspect }) => ({
      async inspect(path) {
        const measures = await inspect(path)
        return { ...measures, durationSeconds: Math.floor(measures.durationSeconds) }
      },
    }),
    fails: ['videos/inspect-formats'],
  },
  {
    flaw: 'returns the size of a video before it is turned',
    breaking: ({ inspect }) => ({
      async inspect(path) {
        const measures = await inspect(path)
        const isTurned = turnAt(await readFile(path)) > 0
        return isTurned ? { ...measures, width: measures.height, height: measures.width } : measures
      },
    }),
    fails: ['videos/inspect-orientation', 'videos/strip-keeps-orientation'],
  },
  {
    flaw: 'decodes the first frame',
    breaking: ({ inspect }) => ({
      async inspect(path) {
        if ((await readFile(path)).includes(Buffer.alloc(300))) throw new KithError('media-unreadable')
        return await inspect(path)
      },
    }),
    fails: ['videos/inspect-header-only'],
  },
  {
    flaw: 'takes a text for a video of no length',
    breaking: ({ inspect }) => ({
      inspect: (path) =>
        inspect(path).catch((error: unknown) => {
          if (!isKithError(error)) throw error
          return { width: 1, height: 1, durationSeconds: 0 }
        }),
    }),
    fails: ['videos/inspect-refuses'],
  },
  {
    flaw: 'calls all unreadable that it cannot inspect',
    breaking: ({ inspect }) => ({
      inspect: (path) => inspect(path).catch(() => Promise.reject(new KithError('media-unreadable'))),
    }),
    fails: ['videos/io-errors'],
  },
  {
    flaw: 'remembers what it has inspected by its path',
    breaking({ inspect }) {
      const known = new Map<string, VideoMeasures>()
      return {
        async inspect(path) {
          const measures = known.get(path) ?? (await inspect(path))
          known.set(path, measures)
          return measures
        },
      }
    },
    fails: ['videos/path-read-anew'],
  },
]

const tagFlaws = [
  '©xyz',
  '©nam',
  '©cmt',
  'loci',
  'com.apple',
  'xmpmeta',
  'PRIVATE handler',
  'LOCATION',
  '.jpg',
].map((words) => ({
  flaw: `keeps what stands behind ${words}`,
  breaking: keeping(words),
  fails: ['videos/strip-tags'],
}))

const strippingFlaws: readonly Broken<VideoProcessor>[] = [
  ...tagFlaws,
  ...['mvhd', 'tkhd', 'mdhd', '\x44\x61'].map((words) => ({
    flaw: `keeps the date behind ${JSON.stringify(words)}`,
    breaking: afterStripping((target, source) => {
      const at = source.indexOf(words, 0, 'latin1')
      if (at >= 0) source.copy(target, at, at, at + 16)
    }),
    fails: ['videos/strip-dates'],
  })),
  ...['camm', 'S_TEXT'].map((mark) => ({
    flaw: `keeps the frames of a track of ${mark}`,
    breaking: keeping('PRIVATE at', mark),
    fails: ['videos/strip-other-tracks'],
  })),
  {
    flaw: 'keeps what no track uses',
    breaking: afterStripping((target, source) => {
      const at = source.lastIndexOf('PRIVATE at')
      const isInTrack = source.includes('camm') || source.includes('S_TEXT')
      if (at >= 0 && !isInTrack) source.copy(target, at, at, at + 20)
    }),
    fails: ['videos/strip-gaps'],
  },
  {
    flaw: 'loses the end of the last frame',
    breaking: afterStripping((target) => target.fill(0, target.length - 10)),
    fails: ['videos/strip-copies-frames'],
  },
  {
    flaw: 'lets pictures follow each other twice as fast',
    breaking: afterStripping((target) => {
      const at = target.indexOf('stts')
      if (at >= 0) target.writeUInt32BE(target.readUInt32BE(at + 16) / 2, at + 16)
    }),
    fails: ['videos/strip-copies-frames'],
  },
  {
    flaw: 'makes an MP4 of a MOV',
    breaking: afterStripping((target) => {
      if (target.toString('latin1', 8, 12) === 'qt  ') target.write('isom', 8)
    }),
    fails: ['videos/strip-keeps-container'],
  },
  {
    flaw: 'forgets the turn',
    breaking: afterStripping((target) => {
      const at = turnAt(target)
      const upright = [1, 0, 0, 0, 1].map((value) => value << 16)
      if (at > 0) for (const [index, value] of upright.entries()) target.writeInt32BE(value, at + index * 4)
    }),
    fails: ['videos/strip-keeps-orientation'],
  },
  {
    flaw: 'strips its source too',
    breaking: ({ strip }) => ({
      async strip(path, target) {
        await strip(path, target)
        await copyFile(target, path)
      },
    }),
    fails: ['videos/source-unchanged'],
  },
  {
    flaw: 'leaves what it has written where it fails',
    breaking: ({ strip }) => ({
      strip: (path, target) =>
        strip(path, target).catch(async (error: unknown) => {
          await writeFile(target, 'the beginning')
          throw error
        }),
    }),
    fails: ['videos/strip-fails'],
  },
  {
    flaw: 'says in its own words why it fails',
    breaking: ({ strip }) => ({
      strip: (path, target) =>
        strip(path, target).catch((error: unknown) => {
          throw isKithError(error) ? new Error('Invalid data found when processing input') : error
        }),
    }),
    fails: ['videos/strip-fails', 'videos/parallel-strips'],
  },
  {
    flaw: 'copies a video that was cut off',
    breaking: ({ strip }) => ({
      strip: (path, target) =>
        strip(path, target).catch(async (error: unknown) => {
          if (!(await readFile(path)).includes('V_VP8')) throw error
          await copyFile(path, target)
        }),
    }),
    fails: ['videos/strip-fails'],
  },
  {
    flaw: 'calls all unreadable that it cannot strip',
    breaking: ({ strip }) => ({
      strip: (path, target) =>
        strip(path, target).catch(() => Promise.reject(new KithError('media-unreadable'))),
    }),
    fails: ['videos/io-errors'],
  },
  {
    flaw: 'remembers what it has stripped by its path',
    breaking({ strip }) {
      const known = new Map<string, Buffer>()
      return {
        async strip(path, target) {
          const before = known.get(path)
          if (before) return await writeFile(target, before)
          await strip(path, target)
          known.set(path, await readFile(target))
        },
      }
    },
    fails: ['videos/path-read-anew', 'videos/memory-bound'],
  },
  {
    flaw: 'mixes up two videos that it strips at once',
    breaking({ strip }) {
      let latest = ''
      return {
        async strip(path, target) {
          latest = path
          await gap()
          await strip(latest, target)
        },
      }
    },
    fails: ['videos/parallel-strips'],
  },
  {
    flaw: 'reads a video whole',
    breaking: ({ strip }) => ({
      async strip(path, target) {
        const whole = await readFile(path)
        await strip(path, target)
        await writeFile(path, whole)
      },
    }),
    fails: ['videos/memory-bound'],
  },
]

const hidingNames = videoProcessorCases.map(({ id }) => id).filter((id) => id.startsWith('videos/hidden-in-'))
const bombNames = videoProcessorCases.map(({ id }) => id).filter((id) => id.startsWith('videos/bomb-'))

const hidingFlaws: readonly Broken<VideoProcessor>[] = [
  {
    flaw: 'copies what it does not know',
    breaking: () => ({ strip: (path, target) => copyFile(path, target) }),
    fails: hidingNames,
  },
  {
    flaw: 'refuses what it does not know',
    breaking: () => ({ strip: () => Promise.reject(new KithError('media-unreadable')) }),
    fails: hidingNames,
  },
]

describe.each(Object.entries(hidingPlaces))('one that keeps what is hidden in %s', (_where, places) => {
  test.each(places)('is detected at $name', async (place) => {
    const sound = createMediabunnyVideos({ isolation: 'none' })
    expect(await stripHidden({ ...sound, strip: (path, target) => copyFile(path, target) }, place)).toBe(
      'kept',
    )
  })
})

const isBomb = async (path: string): Promise<boolean> => !path.endsWith('plain') && existsSync(path)

/** One is enough: below, a separate processor fails each of them. */
const tracks = 'videos/bomb-mp4-20-000-tracks'

const bombFlaws: readonly Broken<VideoProcessor>[] = [
  {
    flaw: 'reads as long as there is something to read',
    breaking: ({ inspect, strip }) => ({
      inspect: async (path) => ((await isBomb(path)) ? new Promise(() => {}) : inspect(path)),
      // A bomb may take as long as a plain video, so this flaw is allowed to take that long.
      strip: (path, target) => (path.endsWith('plain') ? copyFile(path, target) : strip(path, target)),
    }),
    fails: [tracks],
  },
  {
    flaw: 'believes how many there are',
    breaking({ inspect }) {
      const held: Buffer[] = []
      return {
        inspect: async (path) => {
          held.push(Buffer.alloc(80 * 2 ** 20, 1))
          return await inspect(path)
        },
      }
    },
    fails: [tracks],
  },
  {
    flaw: 'raises what its stack is too small for',
    breaking: ({ inspect }) => ({
      inspect: (path) =>
        inspect(path).catch(() => Promise.reject(new RangeError('Maximum call stack size exceeded'))),
    }),
    fails: [tracks],
  },
]

testFlaws(
  videoProcessorCases.filter(({ id }) => !bombNames.includes(id)),
  () => createMediabunnyVideos({ isolation: 'none' }),
  [...inspectingFlaws, ...strippingFlaws, ...hidingFlaws],
)

describe('bombs', () => {
  const videos = createMediabunnyVideos()
  const folder = makeFolder()
  afterAll(() => videos.close())
  afterAll(() => folder.clear())
  testFlaws(
    videoProcessorCases.filter(({ id }) => id === tracks),
    () => videos,
    bombFlaws,
  )

  test.each([...isoBombs, ...webmBombs])('one that fails only at $name is detected', async (bomb) => {
    const bytes = bomb.file()
    const path = folder.path('bomb')
    await writeFile(path, bytes)
    const failing: VideoProcessor = {
      ...videos,
      inspect: async (given) =>
        bytes.equals(await readFile(given))
          ? Promise.reject(new RangeError('Invalid array length'))
          : await videos.inspect(given),
    }
    await expect(assertBounded(failing, { bomb, path, millis: 10_000 })).rejects.toThrow(
      /inspect is RangeError/,
    )
  })
})
