import { setTimeout as wait } from 'node:timers/promises'
import { drawDefaultAvatar } from '@kith/core/adapter'
import type { BlobStore, GrantedBlobStore, PublicBlobStore, Rendition, SignedUpload } from '@kith/core/ports'
import type { onTestFinished } from 'vitest'

/** Registers cleanup for the end of a test: the running one, or that of a context if several run concurrently. */
export type Finished = typeof onTestFinished

export const image = { contentType: 'image/webp', size: null } as const
export const video = { contentType: 'video/mp4', size: null } as const

/** ISO 14496-12: the first bytes of an MP4. */
const fileType = Buffer.from('\0\0\0\x18ftypisom\0\0\x02\0isommp41', 'latin1')

/** A real picture. */
export async function* picture(name = 'anna'): AsyncGenerator<Uint8Array> {
  yield drawDefaultAvatar(name)
}

/** This many MiB that start like an MP4, each after `before`. */
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

/** A file of this size that is recognized as a video. */
export function film(size: number): Buffer {
  const bytes = Buffer.alloc(size, 'film')
  fileType.copy(bytes)
  return bytes
}

/** Sends a file to the URL that was signed for it, as a browser does. */
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

/** Blobs with public URLs. */
export function publicOf(blobs: BlobStore): PublicBlobStore {
  if (blobs.kind !== 'public') throw new Error(`these blobs are ${blobs.kind}`)
  return blobs
}

/** Blobs with signed URLs. */
export function grantedOf(blobs: BlobStore): GrantedBlobStore {
  if (blobs.kind !== 'granted') throw new Error(`these blobs are ${blobs.kind}`)
  return blobs
}

/** The URL from which a browser loads a blob of either kind. */
export async function seenAt(
  blobs: BlobStore,
  key: string,
  rendition: Rendition | null = null,
): Promise<string | null> {
  const until = new Date(Date.now() + 60_000)
  if (blobs.kind === 'public') return blobs.url(key, rendition)
  return await grantedOf(blobs).grant(key, rendition, { until, kind: 'image' })
}

/** The bytes at a URL, or `null` if there are none. */
export async function bytesAt(url: string | null): Promise<Buffer | null> {
  if (url === null) return null
  const response = await fetch(url)
  const bytes = Buffer.from(await response.arrayBuffer())
  return response.ok ? bytes : null
}

/** The error that a call rejects with. */
export async function errorOf(call: () => Promise<unknown>): Promise<Error & { code?: string }> {
  try {
    await call()
  } catch (error) {
    return error as Error & { code?: string }
  }
  throw new Error('it did not fail')
}

/** The same, but it has to arrive before a timer of this process that starts at the same time: a slow machine slows down both. */
export async function errorWithin(
  seconds: number,
  call: () => Promise<unknown>,
): Promise<Error & { code?: string }> {
  const over = new AbortController()
  const late = wait(seconds * 1000, null, { signal: over.signal }).then(() => {
    throw new Error(`it waits for longer than ${seconds} seconds`)
  })
  try {
    return await Promise.race([errorOf(call), late])
  } finally {
    over.abort()
  }
}

/** Waits until a condition is met, using the system clock, even if the test has fake timers. */
export async function comesTrue(condition: () => boolean): Promise<void> {
  for (let looks = 0; !condition(); looks++) {
    if (looks === 4000) throw new Error('It does not come true')
    await wait(5)
  }
}
