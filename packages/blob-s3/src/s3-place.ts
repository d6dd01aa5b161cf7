import type { S3Client } from '@aws-sdk/client-s3'
import type { ImageProcessor } from '@kith/core/ports'
import type { ObjectNames } from './object-names.ts'

/** Where the media are stored, and the dependencies. */
export interface S3Place {
  /** With a time limit for each request. */
  client: S3Client
  bucket: string
  names: ObjectNames
  images: ImageProcessor
  publicUrl: string | null
  sendBy: 'POST' | 'PUT'
  temporaryDirectory: string
}
