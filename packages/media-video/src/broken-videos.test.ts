import { readFileSync, writeFileSync } from 'node:fs'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { fixture, makeFolder } from '../test/videos.ts'
import { createMediabunnyVideos } from './index.ts'

const videos = createMediabunnyVideos({ isolation: 'none' })
const folder = makeFolder()

afterAll(() => folder.clear())

test.each(['more-tracks.mov', 'located.mp4', 'fragmented.mp4', 'more-tracks.webm'])(
  'any broken bytes in %s give a video or one clear error',
  async (name) => {
    const whole = readFileSync(fixture(name))
    const change = fc.record({
      at: fc.nat(whole.length - 1),
      to: fc.uint8Array({ minLength: 1, maxLength: 8 }),
    })
    const changes = fc.array(change, { minLength: 1, maxLength: 5 })
    await fc.assert(
      fc.asyncProperty(changes, fc.option(fc.nat(whole.length)), async (edits, length) => {
        const bytes = Buffer.from(whole)
        for (const { at, to } of edits) bytes.set(to.subarray(0, bytes.length - at), at)
        const path = folder.path(name)
        writeFileSync(path, bytes.subarray(0, length ?? bytes.length))
        for (const work of ['inspect', 'strip'] as const) {
          const code = await videos[work](path, folder.path(`${name}-target`)).then(
            () => 'read',
            (error: { code?: string }) => error.code,
          )
          expect(['read', 'media-unreadable', 'media-too-complex']).toContain(code)
        }
      }),
      { numRuns: 150 },
    )
  },
)
