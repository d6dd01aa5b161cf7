import assert from 'node:assert/strict'
import type { ImageMeasures, ImageProcessor } from '@kith/core/ports'
import { inFolder } from '../sample-folder.ts'
import { quarters } from './thumbhash.ts'
import { readWritten, type WrittenImage } from './written-image.ts'

/** The result for a sample. */
export interface Normalized {
  measures: ImageMeasures
  written: WrittenImage
  /** The measurements of the written file: how the kit sees it without its own decoder. */
  again(): Promise<ImageMeasures>
}

/** Normalizes a sample. */
export async function normalized(images: ImageProcessor, file: Buffer, what: string): Promise<Normalized> {
  return await inFolder(async (folder) => {
    const measures = await images.normalize(await folder.save('image', file), folder.path('target'))
    const content = await folder.read('target')
    return { measures, written: readWritten(content, what), again: () => measuresOf(images, content) }
  })
}

/** A processor's measurements of a file. */
export async function measuresOf(images: ImageProcessor, file: Buffer): Promise<ImageMeasures> {
  return await inFolder(async (folder) =>
    images.normalize(await folder.save('image', file), folder.path('target')),
  )
}

/** Asserts that the quarters of the samples are seen in this order: 0 is black, 3 is white. */
export function assertSeen(thumbhash: string, order: readonly number[], what: string): void {
  const seen = quarters(thumbhash)
  const ranks = seen.map((value) => seen.filter((other) => other < value).length)
  assert.deepEqual(ranks, order, `${what}: ${seen.map((value) => value.toFixed(2)).join(' ')}`)
}

/** Asserts that two colors, `#rrggbb`, are nearly equal. */
export function assertNear(actual: string | undefined, expected: string, what: string): void {
  const [one, other] = [actual ?? '', expected].map((hex) =>
    [1, 3, 5].map((at) => Number.parseInt(hex.slice(at, at + 2), 16)),
  )
  const far = one?.some((value, index) => !(Math.abs(value - (other?.[index] ?? 0)) <= 8))
  assert.ok(!far, `${what}: ${actual} instead of ${expected}`)
}
