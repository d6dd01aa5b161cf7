import type { MediaKind, MediaType } from './media-type.ts'

/** What a browser has to do to upload one file directly to the media host. */
export interface SignedUpload {
  method: 'POST' | 'PUT'
  url: string
  headers: Record<string, string>
  /** The form to send, and the name of the field for the file, which goes last. `null`: the file is the body. */
  form: { fields: Record<string, string>; file: string } | null
  /** ISO 8601. */
  expiresAt: string
}

/** What a client has announced. */
export interface UploadTerms {
  contentType: MediaType
  /** In bytes, exactly. */
  size: number
  /** The latest start of the upload. */
  until: Date
}

/** The maximum to accept. */
export interface UploadLimits {
  /**
   * The uploading account. A service whose calls are counted shares them among accounts, so that none uses up what
   * others need.
   */
  ownerId: string
  /** The exact format does not matter here: Kith checks it when it reads the file. */
  kind: MediaKind
  maxBytes: number
  /** Width times height, if the service reports it. */
  maxPixels: number
}

/**
 * Accepts files from browsers without passing them through the server. An uploaded file is staged: it is separate from
 * the blobs, {@link BlobStore.url} never leads to it, and only Kith reads it, to check it and to store the result. The
 * same keys name blobs and staged files, and neither ever affects the other. A key that {@link isBlobKey} refuses is a
 * `TypeError`.
 */
export interface DirectUploads {
  /**
   * Allows one file to be uploaded, under this key and these terms. What the service can check itself (key, type, size,
   * time) is pinned in the signature: with any part of it changed, left out or taken from another signature, nothing is
   * accepted. {@link confirm} checks the rest. Until it expires a signature may be used again, even after
   * {@link discard}, unless the service accepts each only once: the later file replaces the earlier one.
   * @throws media-unavailable
   */
  sign(key: string, terms: UploadTerms): Promise<SignedUpload>
  /**
   * Whether the file has arrived, based on what the service itself measured and never on what the client says. Changes
   * nothing, so it can be called again, unless the file does not fit: then it is removed before the error. What the
   * service cannot measure is left to the reader of the file.
   * @throws unsupported-media-type, media-too-large, media-unavailable
   */
  confirm(key: string, limits: UploadLimits): Promise<boolean>
  /**
   * Reads the staged file, byte for byte as it was sent, any number of times. Every wait is bounded: a service that
   * stops in the middle is `media-unavailable`, never a truncated file.
   * @throws media-not-found, media-unavailable
   */
  read(key: string): AsyncIterable<Uint8Array>
  /** Removes the staged file. Idempotent. @throws media-unavailable */
  discard(key: string): Promise<void>
  /**
   * Removes every file that was staged before `before` by the service's own clock, and still exists: it was never
   * confirmed, or its signature was reused. Idempotent.
   * @throws media-unavailable
   */
  sweep(before: Date): Promise<void>
}
