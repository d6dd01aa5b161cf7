import type { S3Client } from '@aws-sdk/client-s3'
import type { ImageProcessor } from '@kith/core/ports'
import type { ObjectNames } from './object-names.ts'

/** Where the media are, and what is needed there. */
export interface S3Place {
  /** Each of its requests ends in time. */
  client: S3Client
  bucket: string
  names: ObjectNames
  images: ImageProcessor
  publicUrl: string | null
  sendBy: 'POST' | 'PUT'
  temporaryDirectory: string
}
