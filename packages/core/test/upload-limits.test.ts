import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { MediaOptions } from '@kith/core'
import type { ImageHeader, VideoMeasures } from '@kith/core/ports'
import { afterAll, expect, test } from 'vitest'
import { copyingImages } from './copying-images.ts'
import { codeOf, createInstance } from './instance.ts'
import { createMediaHost } from './media-host.ts'

const temporaryDirectory = mkdtempSync(join(tmpdir(), 'kith-limits-'))
afterAll(() => rmSync(temporaryDirectory, { recursive: true, force: true }))

const png = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex')
const mp4 = Buffer.from('\0\0\0\x18ftypisom\0\0\0\0isommp42', 'latin1')

/** A file, and what a processor reads from it. */
interface Sample {
  bytes: Buffer
  image?: ImageHeader
  video?: VideoMeasures
}

/** Uploads a file under limits. Returns the code of the error, the steps that were run, and what is stored. */
async function outcomeOf({ bytes, image, video }: Sample, limits: Partial<MediaOptions>) {
  const host = createMediaHost(() => new Date())
  const steps: string[] = []
  const { kith, options } = createInstance({
    media: {
      blobs: host.blobs,
      images: {
        ...copyingImages,
        inspect: async () => image ?? { width: 1, height: 1, frames: 1 },
        async normalize(path, target) {
          steps.push('decoded')
          return await copyingImages.normalize(path, target)
        },
      },
      videos: {
        inspect: async () => ({ width: 1, height: 1, durationSeconds: 1, ...video }),
        async strip(path, target) {
          steps.push('copied')
          await copyFile(path, target)
        },
      },
      temporaryDirectory,
      ...limits,
    },
  })
  const { user, session } = await kith.accounts.register({ username: 'ana', password: 'correct horse' })
  const viewer = { userId: user.id, sessionId: session.id }
  async function* stream(): AsyncGenerator<Uint8Array> {
    for (let start = 0; start < bytes.length; start += 10) yield bytes.subarray(start, start + 10)
  }
  const code = await codeOf(kith.uploads.add(viewer, stream()))
  const rows = await options.storage.media.byOwner(user.id, { limit: 9, before: null })
  const kept = rows.length + host.keys().blobs.length + readdirSync(temporaryDirectory).length
  return { code, steps, kept }
}

const frames = (count: number): ImageHeader => ({ width: 40, height: 30, frames: count })
const film = (durationSeconds: number): VideoMeasures => ({
  width: 40,
  height: 30,
  durationSeconds,
})

test.each<[string, Partial<MediaOptions>, Sample, Sample]>([
  [
    'bytes of an image',
    { maxImageBytes: 20, maxVideoBytes: 1 },
    { bytes: Buffer.concat([png], 20) },
    { bytes: Buffer.concat([png], 21) },
  ],
  [
    'bytes of a video',
    { maxImageBytes: 1, maxVideoBytes: 30 },
    { bytes: Buffer.concat([mp4], 30) },
    { bytes: Buffer.concat([mp4], 31) },
  ],
  [
    'pixels of all frames of an animation together',
    { maxPixels: 40 * 30 * 9 },
    { bytes: png, image: frames(9) },
    { bytes: png, image: frames(10) },
  ],
  [
    'seconds of a video',
    { maxVideoSeconds: 60 },
    { bytes: mp4, video: film(60) },
    { bytes: mp4, video: film(60.1) },
  ],
  [
    'pixels of a video',
    { maxVideoPixels: 40 * 30 },
    { bytes: mp4, video: film(1) },
    { bytes: mp4, video: { width: 40, height: 31, durationSeconds: 1 } },
  ],
])(
  'the allowed number of %s is accepted; one more is refused without decoding, and nothing is stored',
  async (...row) => {
    const [, limits, allowed, tooLarge] = row
    const step = allowed.bytes.includes('ftyp') ? 'copied' : 'decoded'
    expect(await outcomeOf(allowed, limits)).toEqual({ code: 'no error', steps: [step], kept: 2 })
    expect(await outcomeOf(tooLarge, limits)).toEqual({ code: 'media-too-large', steps: [], kept: 0 })
  },
)
