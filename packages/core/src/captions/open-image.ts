import type { MediaConfig } from '../config/media-config.ts'

/** What is needed to read a stored image. */
export interface ImageSource {
  media: MediaConfig
  fetch: typeof fetch
  /** How long a signed URL has to be valid. */
  until: Date
  signal: AbortSignal
}

/** Larger than any rendition. */
const maxBytes = 20 * 1024 * 1024

/** Reads the feed rendition of an image, wherever it is stored. */
export async function* openImage(
  id: string,
  { media: { blobs }, fetch, until, signal }: ImageSource,
): AsyncGenerator<Uint8Array> {
  if (!blobs) throw new Error('There is no blob store to read the image from')
  if (blobs.kind === 'served') {
    const served = await blobs.read(id, { rendition: 'feed', format: 'webp' }, () => null)
    if (!served) throw new Error('The blob store does not have the image')
    return yield* served.bytes
  }
  const address =
    blobs.kind === 'granted' ? await blobs.grant(id, 'feed', { until, kind: 'image' }) : blobs.url(id, 'feed')
  const response = address === null ? null : await fetch(address, { signal, redirect: 'error' })
  if (!response?.ok || !response.body) throw new Error('The media host did not return the image')
  yield* atMost(maxBytes, response.body)
}

async function* atMost(most: number, parts: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let size = 0
  for await (const part of parts) {
    size += part.length
    if (size > most) throw new Error(`The media host returned more than ${most} bytes`)
    yield part
  }
}
