import type { CaptionRequest } from '@kith/core/ports'

/** The smallest possible WebP: one pixel. */
export const pixel: Buffer = Buffer.from('UklGRhwAAABXRUJQVlA4TA8AAAAvAAAAAAcQ/Y/+ByKi/wEA', 'base64')

/** A request for captions of one pixel. */
export function requestFor(fields: Partial<CaptionRequest> = {}): CaptionRequest {
  const measures = {
    width: 1,
    height: 1,
    thumbhash: '',
    palette: [],
    lightness: 0,
    saturation: 0,
    takenAt: null,
  }
  const image = async () => bytesOf(pixel)
  const base = { mediaId: 'an-upload', measures, image, hint: null, language: null }
  return { ...base, count: 3, timeoutSeconds: 10, ...fields }
}

/** A file as it is read, in two chunks. */
export async function* bytesOf(file: Uint8Array): AsyncGenerator<Uint8Array> {
  yield file.subarray(0, 10)
  yield file.subarray(10)
}

/** The signal of a caller that keeps waiting. */
export const waiting: AbortSignal = new AbortController().signal
