import { sniff, within } from '@kith/core/adapter'
import type { MediaType } from '@kith/core/ports'

/** An image to send. */
export interface Picture {
  bytes: Uint8Array
  mediaType: MediaType
}

/** The types that vendors of vision models accept. */
const readableTypes: readonly (MediaType | null)[] = ['image/jpeg', 'image/png', 'image/webp', 'image/gif']

/**
 * Reads an image to its end, or until it turns out to be too large; its type is detected from its bytes. Throws the
 * reason of `signal` if that is aborted.
 */
export async function readPicture(
  image: AsyncIterable<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Picture> {
  const bytes = await readAll(image, maxBytes, signal)
  const mediaType = sniff(bytes)
  if (mediaType === null || !readableTypes.includes(mediaType))
    throw new Error(
      `Models read JPEG, PNG, WebP and GIF; the type of the image is ${mediaType ?? 'no known one'}`,
    )
  return { bytes, mediaType }
}

async function readAll(
  image: AsyncIterable<Uint8Array>,
  maxBytes: number,
  signal: AbortSignal,
): Promise<Uint8Array> {
  const source = image[Symbol.asyncIterator]()
  const chunks: Uint8Array[] = []
  let size = 0
  try {
    for (;;) {
      const { done, value } = await within({ signal }, () => source.next())
      if (done) return Buffer.concat(chunks)
      size += value.length
      if (size > maxBytes) throw new Error(`The image has more than ${maxBytes} bytes`)
      chunks.push(value)
    }
  } finally {
    // Not awaited: it may be the source that does not respond.
    void source.return?.().catch(() => {})
  }
}
