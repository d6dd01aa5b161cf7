import { ListMultipartUploadsCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3'
import { type BlobStore, type DirectUploads, drawDefaultAvatar, isGranted } from '@kith/core'
import type { S3Server } from '../../../test/servers/s3-server.ts'

export const image = { contentType: 'image/webp', size: null } as const
export const video = { contentType: 'video/mp4', size: null } as const

/** A real picture. */
export async function* picture(name = 'anna'): AsyncGenerator<Uint8Array> {
  yield drawDefaultAvatar(name)
}

/** As many MiB as told, each after `before`. */
export async function* mebibytes(
  count: number,
  before: (index: number) => Promise<void> = async () => {},
): AsyncGenerator<Uint8Array> {
  for (let index = 0; index < count; index++) {
    await before(index)
    yield Buffer.alloc(1024 * 1024, index + 1)
  }
}

/** What a bucket holds under a prefix, without it: objects, and uploads that were begun and not ended. */
export async function contents(
  client: S3Client,
  { bucket: Bucket }: S3Server,
  prefix: string,
): Promise<{ objects: string[]; uploads: string[] }> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }))
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: prefix }))
  const names = (all: { Key?: string | undefined }[]): string[] =>
    all.map(({ Key = '' }) => Key.replace(prefix, '')).sort()
  return { objects: names(Contents), uploads: names(Uploads) }
}

/** How many bytes of a blob a browser gets; `null` where there is none. */
export async function sizeOf(blobs: BlobStore, key: string): Promise<number | null> {
  const until = new Date(Date.now() + 60_000)
  const url = isGranted(blobs) ? await blobs.grant(key, null, until) : blobs.url(key, null)
  const response = await fetch(url ?? '')
  const { byteLength } = await response.arrayBuffer()
  return response.ok ? byteLength : null
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

/** Sends a file of zeros, announced as a video, as a browser does. */
export async function stage(direct: DirectUploads, key: string, size: number): Promise<void> {
  const until = new Date(Date.now() + 60_000)
  const terms = { contentType: 'video/mp4', size, until } as const
  const { url, method, headers, form } = await direct.sign(key, terms)
  const file = new Blob([new Uint8Array(size)])
  const body = form ? new FormData() : file
  if (body instanceof FormData) {
    for (const [name, value] of Object.entries(form?.fields ?? {})) body.append(name, value)
    body.append(form?.file ?? 'file', file)
  }
  const { ok, status } = await fetch(url, { method, headers, body })
  if (!ok) throw new Error(`the bucket answered ${status}`)
}
