import type { BlobStore, DirectUploads } from '@kith/core/ports'

/** A host of media that takes files from browsers, as the cases need it. */
export interface DirectHost {
  readonly blobs: BlobStore
  readonly direct: DirectUploads
  /** Reaches the host as a browser does. */
  readonly fetch: typeof fetch
  readonly conditions: DirectConditions
}

/** In what the services differ. Each difference that a case allows for has its reason here. */
export interface DirectConditions {
  /** Why a file of another size than announced is taken: `null` where it is refused. */
  readonly sizeNotPinned: string | null
  /** Why the service cannot tell what a file is: `null` where {@link DirectUploads.confirm} refuses another kind. */
  readonly kindNotMeasured: string | null
  /** Why the service cannot tell the size of a picture: `null` where {@link DirectUploads.confirm} refuses too many pixels. */
  readonly pixelsNotMeasured: string | null
}
