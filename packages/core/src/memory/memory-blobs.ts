import { type ByteRange, demandBlobKey, type ServedBlobStore } from '../media/blob-store.ts'
import { copied, counted } from '../media/counted.ts'
import type { MediaType } from '../media/media-type.ts'

interface Blob {
  contentType: MediaType
  content: Uint8Array
  storedAt: Date
}

/** Blobs in this process, for tests. It makes nothing: each rendition of an image is the image itself. */
export function createMemoryBlobs(): ServedBlobStore {
  const blobs = new Map<string, Blob>()

  return {
    kind: 'served',
    formats: ['webp'],
    async put(key, bytes, { contentType, size }) {
      demandBlobKey(key)
      const chunks: Uint8Array[] = []
      for await (const chunk of copied(counted(bytes, size))) chunks.push(chunk)
      blobs.set(key, { contentType, content: Buffer.concat(chunks), storedAt: new Date() })
    },
    async remove(key) {
      demandBlobKey(key)
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
      keys.forEach(demandBlobKey)
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
