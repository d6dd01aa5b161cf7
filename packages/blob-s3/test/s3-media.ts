import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { S3Client } from '@aws-sdk/client-s3'
import type { ImageProcessor } from '@kith/core/ports'
import { createSharpImages } from '@kith/media-sharp'
import { onTestFinished } from 'vitest'
import type { Finished } from '../../../test/blob-samples.ts'
import type { S3Server } from '../../../test/servers/s3-server.ts'
import { createS3Media, type S3Media, type S3MediaOptions } from '../src/index.ts'

const sharpImages: ImageProcessor = createSharpImages()

/** A client for a test server; it is closed after the test. */
export function connect(
  { endpoint, region, credentials }: S3Server,
  finished: Finished = onTestFinished,
): S3Client {
  const client = new S3Client({ endpoint, region, credentials, forcePathStyle: true })
  finished(() => client.destroy())
  return client
}

/** An empty folder that is removed after the test. */
export function makeFolder(finished: Finished = onTestFinished): string {
  const folder = mkdtempSync(join(tmpdir(), 'kith-s3-test-'))
  finished(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** Media with its own prefix in the bucket of a server. */
export function openMedia(
  server: S3Server,
  options: Partial<S3MediaOptions> = {},
  finished: Finished = onTestFinished,
): S3Media & { client: S3Client; prefix: string } {
  const client = options.client ?? connect(server, finished)
  const prefix = server.freshPrefix()
  const place = { client, bucket: server.bucket, prefix }
  const media = createS3Media({
    ...place,
    images: sharpImages,
    temporaryDirectory: makeFolder(finished),
    ...options,
  })
  return { ...media, client, prefix }
}
