import { existsSync, readFileSync, statSync, truncateSync, writeFileSync } from 'node:fs'
import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, describe, expect, test } from 'vitest'
import { fixture, makeFolder, packetsOf, tagsOf, writeLargeVideo } from '../test/videos.ts'
import { createMediabunnyVideos } from './index.ts'

const telling = ['located.mp4', 'located.mov', 'tagged.webm', 'more-tracks.mov', 'more-tracks.webm']
const everyFixture = [...telling, 'hevc.mov', 'turned.mp4', 'fragmented.mp4']
const videos = createMediabunnyVideos()
const folder = makeFolder()
const target = folder.path('target')

afterAll(() => folder.clear())

test.each<[string, number, number, number]>([
  ['located.mp4', 64, 48, 2],
  ['located.mov', 64, 48, 2],
  ['tagged.webm', 64, 48, 2],
  ['hevc.mov', 64, 48, 2],
  ['turned.mp4', 48, 64, 2],
  ['more-tracks.mov', 64, 48, 2],
  ['more-tracks.webm', 64, 48, 2],
  ['fragmented.mp4', 64, 48, 2.2],
])('%s is %i × %i, %d s', async (...video) => {
  const [name, width, height, seconds] = video
  const { durationSeconds, ...rest } = await videos.inspect(fixture(name))
  expect(rest).toEqual({ width, height })
  expect(durationSeconds).toBeCloseTo(seconds, 1)
})

describe('stripping', () => {
  test.each(everyFixture)('of %s keeps every packet, the rotation and the container', async (name) => {
    await videos.strip(fixture(name), target)
    expect(await packetsOf(target)).toEqual(await packetsOf(fixture(name)))
    const { durationSeconds: _duration, ...shape } = await videos.inspect(fixture(name))
    expect(await videos.inspect(target)).toMatchObject(shape)
    const kind = (path: string): string => readFileSync(path).toString('latin1', 0, 12).replace(/^.{4}/s, '')
    if (name.endsWith('.mov')) expect(kind(target)).toBe('ftypqt  ')
    if (name.endsWith('.mp4')) expect(kind(target)).toMatch(/^ftyp(?!qt)/)
    if (name.endsWith('.webm')) expect(readFileSync(target).includes('webm')).toBe(true)
  })

  test.each(['located.mp4', 'located.mov', 'tagged.webm'])(
    'of %s leaves no tags and no location',
    async (name) => {
      const told =
        /\+52\.52|13\.405|PRIVATE|location|©xyz|\xa9xyz|ISO6709|XMP_|2026-07-14|udta|LOCATION|tmcd|Lavf|VideoHandler/
      expect(readFileSync(fixture(name)).toString('latin1')).toMatch(told)
      await videos.strip(fixture(name), target)
      expect(readFileSync(target).toString('latin1')).not.toMatch(told)
      expect(await tagsOf(target)).toEqual({})
    },
  )

  test('100 MB needs at most 32 MB more memory than 8 KB', async () => {
    const [small, large] = [fixture('located.mp4'), folder.path('large.mp4')]
    await writeLargeVideo(large, 100)
    expect(statSync(large).size).toBeGreaterThan(100_000_000)
    const before = await peakMemory(small)
    const more = (await peakMemory(large)) - before
    expect(more).toBeLessThan(32 * 1024 * 1024)
    expect(statSync(target).size).toBeGreaterThan(100_000_000)
  })
})

describe('a broken video file', () => {
  test.each<[string, () => Buffer]>([
    ['nothing', () => Buffer.alloc(0)],
    ['a page', () => Buffer.from('<!doctype html><script>alert(1)</script>')],
    ['a header alone', () => readFileSync(fixture('located.mp4')).subarray(0, 32)],
    ['the first half of an MP4', () => half('fragmented.mp4').subarray(0, 600)],
    ['the first half of a MOV', () => half('located.mov')],
    ['an MP4 with an unsupported codec', () => readFileSync(fixture('mpeg4.mp4'))],
  ])('such as %s is unreadable and leaves no target', async (_what, make) => {
    const path = folder.path('broken')
    writeFileSync(path, make())
    const nowhere = folder.path('nowhere')
    await expect(videos.strip(path, nowhere)).rejects.toMatchObject({ code: 'media-unreadable' })
    expect(existsSync(nowhere)).toBe(false)
  })

  test('that is truncated is unreadable and leaves no target', async () => {
    const path = folder.path('cut')
    await videos.strip(fixture('located.mp4'), path)
    truncateSync(path, statSync(path).size - 2000)
    await expect(videos.strip(path, folder.path('nowhere'))).rejects.toMatchObject({
      code: 'media-unreadable',
    })
    expect(existsSync(folder.path('nowhere'))).toBe(false)
  })

  test('that is missing, or a target that cannot be written, is another error', async () => {
    await expect(videos.inspect(folder.path('missing'))).rejects.toMatchObject({ code: 'ENOENT' })
    await expect(videos.strip(fixture('located.mp4'), folder.path('no/folder'))).rejects.toMatchObject({
      code: 'ENOENT',
    })
  })
})

function half(name: string): Buffer {
  const bytes = readFileSync(fixture(name))
  return bytes.subarray(0, bytes.length >> 1)
}

async function peakMemory(path: string): Promise<number> {
  const script = fileURLToPath(new URL('../test/strip-and-tell-memory.ts', import.meta.url))
  const flags = [
    '--conditions=@kith/source',
    '--experimental-strip-types',
    '--disable-warning=ExperimentalWarning',
  ]
  const { stdout } = await promisify(execFile)(process.execPath, [...flags, script, path, target])
  return Number(stdout)
}
