import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { isKithError } from '@kith/core'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import { hidingPlaces, kitFixture } from '../../../test/kit-samples.ts'
import { fixture, makeFolder } from '../test/videos.ts'
import { createMediabunnyVideos } from './index.ts'

const videos = createMediabunnyVideos({ isolation: 'none' })
const folder = makeFolder()

afterAll(() => folder.clear())

/** A file of each kind with hidden data. */
const hidden = Object.values(hidingPlaces).flatMap((places) => places.slice(-2).map(({ file }) => file()))

const bases = [
  ...['tagged.mp4', 'turned.mov', 'fragmented.mp4', 'tagged.webm'].map((name) =>
    kitFixture(`videos/${name}`),
  ),
  ...hidden,
  ...['located.mov', 'hevc.mov', 'fragmented.mp4', 'tagged.webm'].map((name) => readFileSync(fixture(name))),
]

/** Numbers at which parsers typically fail. */
const edges = [0, 1, 7, 8, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x00ff_ffff, 0x1000_0000, 0x01ff_ffff]

const change = fc.record({
  how: fc.constantFrom('bytes', 'number', 'repeat', 'remove', 'nest'),
  // The data after the first kilobyte is mostly frames.
  at: fc.oneof(fc.nat(1023), fc.nat(20_000)),
  length: fc.nat(300),
  bytes: fc.uint8Array({ minLength: 1, maxLength: 8 }),
  edge: fc.constantFrom(...edges),
})

type Change = typeof change extends fc.Arbitrary<infer One> ? One : never

function apply(file: Buffer, { how, at, length, bytes, edge }: Change): Buffer {
  const start = at % file.length
  const [front, part, rest] = [
    file.subarray(0, start),
    file.subarray(start, start + length),
    file.subarray(start + length),
  ]
  if (how === 'repeat') return Buffer.concat([front, part, part, part, rest])
  if (how === 'remove') return Buffer.concat([front, rest])
  if (how === 'nest')
    return Buffer.concat([file.subarray(0, start), file.subarray(start - (start % 4)), rest])
  const copy = Buffer.from(file)
  const number = Buffer.alloc(4)
  number.writeUInt32BE(edge)
  const put = how === 'number' ? number : bytes
  copy.set(put.subarray(0, copy.length - start), start)
  return copy
}

const refusals = ['media-unreadable', 'media-too-complex']

test('each of 600 files with changed bytes, sizes, counts and nesting is read or refused, and nothing is left behind', async () => {
  let read = 0
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(...bases),
      fc.array(change, { minLength: 1, maxLength: 4 }),
      async (base, changes) => {
        const bytes = changes.reduce(apply, base)
        const place = folder.path('fuzz')
        mkdirSync(place)
        try {
          const [source, target] = [`${place}/source`, `${place}/target`]
          writeFileSync(source, bytes)
          for (const work of ['inspect', 'strip'] as const) {
            const error: unknown = await videos[work](source, target).then(
              () => null,
              (reason: unknown) => reason,
            )
            if (error === null) read++
            else expect(refusals).toContain(isKithError(error) ? error.code : String(error))
          }
          const left = readdirSync(place)
          expect(left.filter((name) => name !== 'source' && name !== 'target')).toEqual([])
          if (left.includes('target')) expect(readFileSync(target).length).toBe(bytes.length)
          expect(readFileSync(source).equals(bytes)).toBe(true)
        } finally {
          rmSync(place, { recursive: true })
        }
      },
    ),
    { seed: 11, numRuns: 600 },
  )
  // The changes are small enough that some files are still videos.
  expect(read).toBeGreaterThan(100)
}, 120_000)
