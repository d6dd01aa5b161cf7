import { tmpdir } from 'node:os'
import type { S3Client } from '@aws-sdk/client-s3'
import type { DirectUploads, ImageProcessor, MarkedBlobStore } from '@kith/core/ports'
import { nameObjects } from './object-names.ts'
import { boundRequests } from './requests.ts'
import { createS3Blobs } from './s3-blobs.ts'
import { createS3Direct } from './s3-direct.ts'
import type { S3Place } from './s3-place.ts'

/** Where the media are stored. */
export interface S3MediaOptions {
  /** Created and closed by the app: endpoint, region, credentials. Its settings are not changed. */
  client: S3Client
  bucket: string
  /** Makes the renditions of an image when it is stored. */
  images: ImageProcessor
  /** The prefix of all object keys, such as `app/`. @default '' */
  prefix?: string | undefined
  /**
   * The public URL of the bucket's objects: a CDN, or the bucket itself.
   * @default none: they are private, and Kith's routes redirect browsers to signed URLs
   */
  publicUrl?: string | undefined
  /** How browsers upload directly to the bucket: `PUT` for a store without form uploads, such as R2. @default 'POST' */
  sendBy?: 'POST' | 'PUT' | undefined
  /** Where images are kept while their renditions are made. @default the system's temporary folder */
  temporaryDirectory?: string | undefined
}

/** For the `media` option of Kith. */
export interface S3Media {
  /** A `GrantedBlobStore`, unless there is a `publicUrl`. */
  blobs: MarkedBlobStore
  direct: DirectUploads
}

/** Creates the media of one bucket, in S3 or any compatible store. No I/O. */
export function createS3Media(options: S3MediaOptions): S3Media {
  const place: S3Place = {
    client: boundRequests(options.client),
    bucket: options.bucket,
    names: nameObjects(options.prefix ?? ''),
    images: options.images,
    publicUrl: options.publicUrl?.replace(/\/+$/, '') ?? null,
    sendBy: options.sendBy ?? 'POST',
    temporaryDirectory: options.temporaryDirectory ?? tmpdir(),
  }
  return { blobs: createS3Blobs(place), direct: createS3Direct(place) }
}
