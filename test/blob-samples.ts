import { drawDefaultAvatar, type SignedUpload } from '@kith/core'

export const image = { contentType: 'image/webp', size: null } as const
export const video = { contentType: 'video/mp4', size: null } as const

/** ISO 14496-12: what is first in an MP4. */
const fileType = Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isommp41', 'latin1')

/** A real picture. */
export async function* picture(name = 'anna'): AsyncGenerator<Uint8Array> {
  yield drawDefaultAvatar(name)
}

/** As many MiB as told, that begin as an MP4 does, each after `before`. */
export async function* mebibytes(
  count: number,
  before: (index: number) => Promise<void> = async () => {},
): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index++) {
    await before(index)
    const bytes = Buffer.alloc(1024 * 1024, index + 1)
    if (index === 0) fileType.copy(bytes)
    yield bytes
  }
}

/** A file of this size that is taken for a video. */
export function film(size: number): Buffer {
  const bytes = Buffer.alloc(size, 'film')
  fileType.copy(bytes)
  return bytes
}

/** Sends a file where it was signed for, as a browser does. */
export async function sendSigned(
  { url, method, headers, form }: SignedUpload,
  bytes: Uint8Array,
  extra: Readonly<Record<string, string>> = {},
): Promise<Response> {
  const file = new File([Uint8Array.from(bytes)], 'holiday.png')
  if (!form) return await fetch(url, { method, headers, body: file })
  const body = new FormData()
  for (const [name, value] of Object.entries({ ...form.fields, ...extra })) body.append(name, value)
  body.append(form.file, file)
  return await fetch(url, { method, headers, body })
}

/** The bytes at an address: `null` where there are none. */
export async function bytesAt(url: string | null): Promise<Buffer | null> {
  if (url === null) return null
  const response = await fetch(url)
  const bytes = Buffer.from(await response.arrayBuffer())
  return response.ok ? bytes : null
}

/** The error that a call fails with. */
export async function errorOf(call: () => Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await call()
  } catch (error) {
    return error as Error & { code?: string }
  }
  throw new Error('it did not fail')
}
