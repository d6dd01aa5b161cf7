import type { BlobStore, DirectUploads } from '@kith/core/ports'

/** A media host with direct uploads, as the cases need it. */
export interface DirectHost {
  readonly blobs: BlobStore
  readonly direct: DirectUploads
  /** Reaches the host as a browser does. */
  readonly fetch: typeof fetch
  readonly conditions: DirectConditions
}

/** The differences between services. Each difference that a case allows has its reason here. */
export interface DirectConditions {
  /** Why a file of another size than announced is accepted: `null` if it is refused. */
  readonly sizeNotPinned: string | null
  /** Why the service cannot detect the type of a file: `null` if {@link DirectUploads.confirm} refuses another type. */
  readonly kindNotMeasured: string | null
  /**
   * Why the service cannot detect the size of a picture: `null` if {@link DirectUploads.confirm} refuses too many
   * pixels.
   */
  readonly pixelsNotMeasured: string | null
}
