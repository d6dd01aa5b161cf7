import { ListMultipartUploadsCommand, ListObjectsV2Command, type S3Client } from '@aws-sdk/client-s3'
import type { BlobStore, DirectUploads } from '@kith/core/ports'
import { bytesAt, seenAt, sendSigned } from '../../../test/blob-samples.ts'
import type { S3Server } from '../../../test/servers/s3-server.ts'

/** The contents of a bucket below a prefix, without the prefix and the marker: objects, and unfinished multipart uploads. */
export async function contents(
  client: S3Client,
  { bucket: Bucket }: S3Server,
  prefix: string,
): Promise<{ objects: string[]; uploads: string[] }> {
  const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: prefix }))
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket, Prefix: prefix }))
  const names = (all: { Key?: string | undefined }[]): string[] =>
    all.map(({ Key = '' }) => Key.replace(prefix, '')).sort()
  return { objects: names(Contents).filter((name) => name !== 'kith-media'), uploads: names(Uploads) }
}

/** How many bytes of a blob a browser gets; `null` if it does not exist. */
export async function sizeOf(blobs: BlobStore, key: string): Promise<number | null> {
  const bytes = await bytesAt(await seenAt(blobs, key))
  return bytes && bytes.length
}

/** Uploads a file of zeros, announced as a video, as a browser does. */
export async function stage(direct: DirectUploads, key: string, size: number): Promise<void> {
  const until = new Date(Date.now() + 60_000)
  const signed = await direct.sign(key, { contentType: 'video/mp4', size, until })
  const { ok, status } = await sendSigned(signed, new Uint8Array(size))
  if (!ok) throw new Error(`the bucket answered ${status}`)
}
