import type { BlobStore, CaptionWriter, DirectUploads, ImageProcessor } from '@kith/core/ports'
import type { Environment } from '../environment.ts'

/** The options of a media host. */
export interface Opening {
  env: Environment
  images: ImageProcessor
  /** For local storage on this machine. */
  directory: string
}

/** A media store, with its other capabilities. */
export interface MediaHost {
  blobs: BlobStore
  /** Receives files directly from browsers, bypassing the app. */
  direct?: DirectUploads
  /** Suggests captions for the stored media. */
  captions?: CaptionWriter
}
