import assert from 'node:assert/strict'
import type { BlobStore, PublicBlobStore } from '@kith/core/ports'
import type { Case } from '../case.ts'
import { nextId } from '../records.ts'
import { chunks, noKeys, put, red, renditions } from './samples.ts'

const meta = { contentType: 'image/webp', size: null } as const

/** What `url` promises. */
export const publicCases: readonly Case<PublicBlobStore>[] = [
  {
    id: 'blobs/url-stable',
    title: 'url is the same each time, before and after a put, and another for each key and rendition',
    async run(blobs) {
      const keys = [nextId(), nextId()]
      const urls = (): string[] =>
        keys.flatMap((key) => [null, ...renditions].map((rendition) => blobs.url(key, rendition)))
      const before = urls()
      assert.equal(new Set(before).size, before.length)
      for (const key of keys) await put(blobs, key)
      assert.deepEqual(urls(), before)
      for (const url of before) assert.doesNotThrow(() => new URL(url, 'https://app.example'))
    },
  },
]

/** The results of `put` and `remove`. */
export const addressCases: readonly Case<BlobStore>[] = [
  {
    id: 'blobs/put-stream-error',
    title: 'put rejects with the error of its stream',
    async run(blobs) {
      const cutOff = new Error('the client went away')
      await assert.rejects(
        blobs.put(nextId(), failing(cutOff), meta),
        (error: Error) => error === cutOff || error.cause === cutOff,
      )
    },
  },
  {
    id: 'blobs/put-length-mismatch',
    title: 'put rejects fewer and more bytes than were announced, and takes as many',
    async run(blobs) {
      const announce = (size: number): Promise<void> => blobs.put(nextId(), chunks(red), { ...meta, size })
      await announce(red.length)
      await assert.rejects(announce(red.length + 1))
      await assert.rejects(announce(red.length - 1))
    },
  },
  {
    id: 'blobs/remove-unknown',
    title: 'remove of an unknown or removed key does nothing',
    async run(blobs) {
      const key = nextId()
      await blobs.remove(key)
      await put(blobs, key)
      await blobs.remove(key)
      await blobs.remove(key)
      await Promise.all([blobs.remove(key), blobs.remove(key)])
    },
  },
  {
    id: 'blobs/put-invalid-key',
    title: 'put refuses an invalid key',
    async run(blobs) {
      for (const key of noKeys) await assert.rejects(put(blobs, key), TypeError, JSON.stringify(key))
    },
  },
  {
    id: 'blobs/remove-invalid-key',
    title: 'remove refuses an invalid key',
    async run(blobs) {
      for (const key of noKeys) {
        await assert.rejects(async () => await blobs.remove(key), TypeError, JSON.stringify(key))
      }
    },
  },
]

async function* failing(error: Error): AsyncGenerator<Uint8Array> {
  yield* chunks(red)
  throw error
}
