import assert from 'node:assert/strict'
import { setImmediate as turn } from 'node:timers/promises'
import type { BlobStore, ByteRange, MediaType, Rendition, ServedBlobStore } from '@kith/core'

/** Images of one pixel, as small as WebP gets: any processor can read them. */
export const red: Buffer = Buffer.from('UklGRhwAAABXRUJQVlA4TA8AAAAvAAAAAAcQ/Y/+ByKi/wEA', 'base64')
export const blue: Buffer = Buffer.from('UklGRhwAAABXRUJQVlA4TA8AAAAvAAAAAAcQ0f/+ByKi/wEA', 'base64')

export const renditions: readonly Rendition[] = ['thumb', 'feed', 'full']

/** Texts that are no keys. */
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

/** A stream of chunks, each given in a turn of its own. */
export async function* chunks(...parts: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  for (const part of parts) {
    await turn()
    yield part
  }
}

/** Bytes of which each part is unlike the others. */
export function sampleBytes(length: number): Buffer {
  return Buffer.from(Array.from({ length }, (_, index) => (index * 31 + (index >> 8)) & 0xff))
}

/** Puts bytes as they are, of a size that is not announced. */
export function put(
  blobs: BlobStore,
  key: string,
  { bytes = red, contentType = 'image/webp' }: { bytes?: Uint8Array; contentType?: MediaType } = {},
): Promise<void> {
  return blobs.put(key, chunks(bytes), { contentType, size: null })
}

/** What to read. */
export interface Reading {
  rendition?: Rendition
  range?: (size: number) => ByteRange | null
}

/** Reads a blob whole: `null` where there is none. */
export async function content(
  blobs: ServedBlobStore,
  key: string,
  { rendition, range = () => null }: Reading = {},
): Promise<Buffer | null> {
  const blob = await blobs.read(key, rendition ?? null, range)
  if (!blob) return null
  const parts: Uint8Array[] = []
  for await (const part of blob.bytes) parts.push(Uint8Array.from(part))
  return Buffer.concat(parts)
}

/** The bytes are the same. Told without showing them: the difference of two long buffers takes minutes to print. */
export function assertBytes(actual: Uint8Array | null, expected: Uint8Array, message = 'other bytes'): void {
  assert.ok(actual !== null, `${message}: there are none`)
  assert.ok(Buffer.from(actual).equals(expected), message)
}

/** Nothing can be read. */
export async function assertNone(blobs: ServedBlobStore, key: string, rendition?: Rendition): Promise<void> {
  const found = await content(blobs, key, rendition ? { rendition } : {})
  assert.ok(found === null, `${rendition ?? 'the blob'} is there`)
}

/** Nothing of a key can be read, renditions neither. */
export async function assertGone(blobs: ServedBlobStore, key: string): Promise<void> {
  await assertNone(blobs, key)
  for (const rendition of renditions) await assertNone(blobs, key, rendition)
}
