import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import type { BlobStore, MediaType, Rendition, RenditionForm } from '@kith/core/ports'
import { fixture } from '../fixtures.ts'
import { type Looked, see, settled } from './seeing.ts'

/** Images of one pixel, as small as WebP gets: any processor can read them. */
export const red: Buffer = fixture('blobs/red.webp')
export const blue: Buffer = fixture('blobs/blue.webp')

/** One that goes from red to blue. */
export const moving: Buffer = fixture('blobs/moving.webp')

export const renditions: readonly Rendition[] = ['thumb', 'feed', 'full']

/** Everything that can be read of an image besides itself. */
export const forms: readonly RenditionForm[] = renditions.flatMap((rendition) => [
  { rendition, format: 'webp' },
  { rendition, format: 'avif' },
])

/** Strings that are not keys. */
export const noKeys: readonly string[] = [
  '',
  '.',
  '..',
  '../up',
  'a/b',
  'a\\b',
  '/etc/passwd',
  'a\0b',
  'a.webp',
  'ä',
  'a b',
  '-a',
  'a'.repeat(101),
  'a\n',
  '%2e%2e',
]

/** A stream of chunks, each emitted in a separate turn. */
export async function* chunks(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    await turn()
    yield part
  }
}

/** Bytes in which every part is unique. */
export function sampleBytes(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff))
}

/** Puts these bytes, without announcing their size. */
export function put(
  blobs: BlobStore,
  key: string,
  { bytes = red, contentType = 'image/webp' }: { bytes?: Uint8Array; contentType?: MediaType } = {},
): Promise<void> {
  return blobs.put(key, chunks(bytes), { contentType, size: null })
}

/** The bytes of a blob as a browser gets them: `null` where there is none. */
export async function content(blobs: BlobStore, key: string, what: Looked = null): Promise<Buffer | null> {
  return (await see(blobs, key, what))?.bytes ?? null
}

/**
 * Asserts that the bytes are equal, without showing them: the difference of two long buffers takes minutes to print.
 */
export function assertBytes(actual: Uint8Array | null, expected: Uint8Array, message = 'other bytes'): void {
  assert.ok(actual !== null, `${message}: there are none`)
  assert.ok(Buffer.from(actual).equals(expected), message)
}

/** There is nothing to see. */
export async function assertNone(blobs: BlobStore, key: string, rendition?: Rendition): Promise<void> {
  await settled(blobs, async () => {
    const found = await content(blobs, key, rendition)
    assert.ok(found === null, `${rendition ?? 'the blob'} is there`)
  })
}

/** There is nothing to see of a key, renditions neither. */
export async function assertGone(blobs: BlobStore, key: string): Promise<void> {
  await assertNone(blobs, key)
  for (const rendition of renditions) await assertNone(blobs, key, rendition)
}
