import assert from 'node:assert/strict'
import { isKithError } from '@kith/core'
import { drawDefaultAvatar } from '@kith/core/adapter'
import type { DirectUploads, MediaKind, MediaType, SignedUpload, UploadLimits } from '@kith/core/ports'
import { sampleVideo } from '../blob-store/sample-videos.ts'
import { assertBytes } from '../blob-store/samples.ts'
import type { DirectHost } from './direct-host.ts'
import { sendSigned } from './sending.ts'

/** A file to send. */
export interface Sample {
  contentType: MediaType
  bytes: Uint8Array
}

/** A real picture of 320 × 320. */
export const picture: Sample = { contentType: 'image/png', bytes: drawDefaultAvatar('anna') }

/** A real video. */
export const video: Sample = { contentType: 'video/mp4', bytes: sampleVideo(Buffer.alloc(100_000, 'film')) }

/** Signs the announcement. It has expired if `seconds` is negative. */
export function sign(
  { direct }: DirectHost,
  key: string,
  { contentType, bytes, seconds = 600 }: Sample & { seconds?: number },
): Promise<SignedUpload> {
  return direct.sign(key, {
    contentType,
    size: bytes.length,
    until: new Date(Date.now() + seconds * 1000),
  })
}

/** Signs and sends a file, which has to be accepted. */
export async function deliver(host: DirectHost, key: string, sample: Sample = picture): Promise<void> {
  assert.ok(await sendSigned(await sign(host, key, sample), sample.bytes, host.fetch), 'it was not accepted')
}

/** Generous limits. */
export function limitsOf(kind: MediaKind = 'image', limits: Partial<UploadLimits> = {}): UploadLimits {
  return { ownerId: 'anna', kind, maxBytes: 10_000_000, maxPixels: 10_000_000, ...limits }
}

/** Reads an entire staged file. */
export async function staged(direct: DirectUploads, key: string): Promise<Buffer> {
  const parts: Uint8Array[] = []
  for await (const part of direct.read(key)) parts.push(Uint8Array.from(part))
  return Buffer.concat(parts)
}

/** Asserts that the file exists, with these bytes. */
export async function assertStaged(
  { direct }: DirectHost,
  key: string,
  { contentType, bytes }: Sample = picture,
): Promise<void> {
  const kind = contentType.startsWith('image/') ? 'image' : 'video'
  assert.equal(await direct.confirm(key, limitsOf(kind)), true)
  assertBytes(await staged(direct, key), bytes)
}

/** Asserts that the file does not exist. */
export async function assertNotStaged({ direct }: DirectHost, key: string): Promise<void> {
  for (const kind of ['image', 'video'] as const)
    assert.equal(await direct.confirm(key, limitsOf(kind)), false, 'it is there')
  await assert.rejects(staged(direct, key), hasCode('media-not-found'))
}

/** For `assert.rejects`. */
export function hasCode(code: string): (error: unknown) => boolean {
  return (error) => isKithError(error) && error.code === code
}
