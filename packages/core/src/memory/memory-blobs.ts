import { KithError } from '../errors.ts'
import { type ByteRange, isBlobKey, type ServedBlobStore } from '../media/blob-store.ts'
import type { MediaType } from '../media/media.ts'

interface Blob {
  contentType: MediaType
  content: Uint8Array
  storedAt: Date
}

/** Blobs of this process, for tests. It makes nothing: each rendition of an image is the image itself. */
export function createMemoryBlobs(): ServedBlobStore {
  const blobs = new Map<string, Blob>()

  return {
    kind: 'served',
    formats: ['webp'],
    async put(key, bytes, { contentType, size }) {
      demandKey(key)
      const chunks: Uint8Array[] = []
      // Copied at once, because a producer may use its buffer again.
      for await (const chunk of bytes) chunks.push(Uint8Array.from(chunk))
      const content = Buffer.concat(chunks)
      if (size !== null && size !== content.length)
        throw new KithError('malformed-request', { detail: 'The file was cut off: send it again.' })
      blobs.set(key, { contentType, content, storedAt: new Date() })
    },
    async remove(key) {
      demandKey(key)
      blobs.delete(key)
    },
    async list(after, limit) {
      const keys = [...blobs.keys()].sort().filter((key) => after === null || key > after)
      const page = keys
        .slice(0, limit)
        .map((key) => ({ key, storedAt: blobs.get(key)?.storedAt ?? new Date() }))
      return { blobs: page, next: keys.length > limit ? (page.at(-1)?.key ?? null) : null }
    },
    async present(keys) {
      keys.forEach(demandKey)
      return keys.filter((key) => blobs.has(key))
    },
    async read(key, form, range) {
      const blob = blobs.get(key)
      if (!blob || (form && !blob.contentType.startsWith('image/'))) return null
      const { contentType, content } = blob
      const file = { contentType, size: content.length }
      return { ...file, bytes: stream(content, range(file)) }
    },
  }
}

async function* stream(content: Uint8Array, range: ByteRange | null): AsyncGenerator<Uint8Array> {
  yield range ? content.subarray(range.start, range.end + 1) : content
}

function demandKey(key: string): void {
  if (!isBlobKey(key)) throw new TypeError('a key is made of letters, digits and dashes')
}
