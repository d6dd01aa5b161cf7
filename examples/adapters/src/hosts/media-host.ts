import type { BlobStore, CaptionWriter, DirectUploads, ImageProcessor } from '@kith/core/ports'
import type { Environment } from '../environment.ts'

/** What a host of media is opened with. */
export interface Opening {
  env: Environment
  images: ImageProcessor
  /** For a host that is this machine. */
  directory: string
}

/** Keeps media, and whatever else it can do. */
export interface MediaHost {
  blobs: BlobStore
  /** Takes files from browsers without their passing through the app. */
  direct?: DirectUploads
  /** Suggests captions for what it keeps. */
  captions?: CaptionWriter
}
