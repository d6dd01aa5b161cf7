import { tmpdir } from 'node:os'
import type { S3Client } from '@aws-sdk/client-s3'
import type { DirectUploads, ImageProcessor, MarkedBlobStore } from '@kith/core/ports'
import { nameObjects } from './object-names.ts'
import { boundRequests } from './requests.ts'
import { createS3Blobs } from './s3-blobs.ts'
import { createS3Direct } from './s3-direct.ts'
import type { S3Place } from './s3-place.ts'

/** Where the media are. */
export interface S3MediaOptions {
  /** Set up by the app, which also ends it: endpoint, region, credentials. Nothing of it is changed. */
  client: S3Client
  bucket: string
  /** Makes the renditions of an image when it is stored. */
  images: ImageProcessor
  /** What the keys of all objects begin with, such as `app/`. @default '' */
  prefix?: string | undefined
  /**
   * Where everyone finds the objects of the bucket: a CDN in front of it, or the bucket itself.
   * @default none: they are private, and Kith's routes redirect browsers to signed URLs
   */
  publicUrl?: string | undefined
  /** How browsers send files straight to the bucket: `PUT` for a store that takes no forms, such as R2. @default 'POST' */
  sendBy?: 'POST' | 'PUT' | undefined
  /** Where images wait while their renditions are made. @default the system's own for temporary files */
  temporaryDirectory?: string | undefined
}

/** For the `media` option of Kith. */
export interface S3Media {
  /** A `GrantedBlobStore`, unless there is a `publicUrl`. */
  blobs: MarkedBlobStore
  direct: DirectUploads
}

/** Creates the media of one bucket, in S3 or any store that speaks its protocol. Does no I/O. */
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
