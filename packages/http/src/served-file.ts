import type { MediaType, Rendition, ServedBlobStore } from '@kith/core/ports'
import { accepts, type RequestHeaders, isKnown } from './negotiation.ts'
import { partOf } from './range.ts'
import type { Answer } from './route.ts'

/** For immutable, public files. Nothing in them may run, whatever type a browser detects. */
export const fileHeaders = {
  'cache-control': 'public, max-age=31536000, immutable',
  'content-security-policy': "default-src 'none'; sandbox",
  'cross-origin-resource-policy': 'cross-origin',
}

/**
 * A stored file is immutable too, but is no longer served when its account is banned or it is deleted: caches
 * revalidate after ten minutes, and the response is a 304 without a body.
 */
const cacheControl = 'public, max-age=600'

/** The requested file, or one of its renditions. */
export interface FileAddress {
  id: string
  rendition: Rendition | null
  /** Its account. */
  turn: string
}

/**
 * Returns a file of a blob store or a part of it; `null` if it does not exist. A rendition is AVIF if `Accept` names
 * AVIF: a wildcard does not count, because browsers that cannot show AVIF send one as well.
 */
export async function serveFile(
  store: ServedBlobStore,
  { id, rendition, turn }: FileAddress,
  headers: RequestHeaders,
): Promise<Answer | null> {
  const format = accepts(headers, 'image/avif') ? 'avif' : 'webp'
  const etagOf = (contentType: MediaType): string =>
    rendition ? `"${id}-${rendition}-${contentType.slice('image/'.length)}"` : `"${id}"`

  const blob = await store.read(
    id,
    rendition && { rendition, format, turn },
    ({ contentType, size }) => partOf(headers, { size, etag: etagOf(contentType) }).range,
  )
  if (!blob) return null
  const etag = etagOf(blob.contentType)
  const varies = rendition !== null && store.formats.length > 1
  const lasting = { ...fileHeaders, 'cache-control': cacheControl, etag, ...(varies && { vary: 'Accept' }) }
  if (isKnown(headers, etag)) return { status: 304, headers: lasting }
  const part = partOf(headers, { size: blob.size, etag })
  return {
    status: part.status,
    ...(part.status !== 416 && { stream: await begun(blob.bytes) }),
    headers: { ...lasting, 'content-type': blob.contentType, 'accept-ranges': 'bytes', ...part.headers },
  }
}

/** Reads the first chunk now: a file that cannot be opened is a proper error response, and not a truncated body. */
async function begun(bytes: AsyncIterable<Uint8Array>): Promise<AsyncIterable<Uint8Array>> {
  const chunks = bytes[Symbol.asyncIterator]()
  let first: IteratorResult<Uint8Array> | null = await chunks.next()
  const rest: AsyncIterator<Uint8Array> = {
    async next() {
      const chunk = first ?? (await chunks.next())
      first = null
      return chunk
    },
    // Even before the first was read, which a generator would not pass on.
    async return() {
      await chunks.return?.()
      return { done: true, value: undefined }
    },
  }
  return { [Symbol.asyncIterator]: () => rest }
}
