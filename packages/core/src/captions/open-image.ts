import type { MediaConfig } from '../config.ts'
import { isGranted, isServed } from '../media/blob-store.ts'

/** What it takes to read a stored image. */
export interface ImageSource {
  media: MediaConfig
  fetch: typeof fetch
  /** Until when a granted address has to work. */
  until: Date
  signal: AbortSignal
}

/** Reads an image in its feed rendition, wherever it is kept. */
export async function* openImage(
  id: string,
  { media: { blobs }, fetch, until, signal }: ImageSource,
): AsyncGenerator<Uint8Array> {
  if (!blobs) throw new Error('There is no blob store to read the image from')
  if (isServed(blobs)) {
    const served = await blobs.read(id, { rendition: 'feed', format: 'webp' }, () => null)
    if (!served) throw new Error('The blob store does not have the image')
    return yield* served.bytes
  }
  const address = isGranted(blobs) ? await blobs.grant(id, 'feed', until) : blobs.url(id, 'feed')
  const response = address === null ? null : await fetch(address, { signal })
  if (!response?.ok || !response.body) throw new Error('The host of the media did not give the image')
  yield* response.body
}
