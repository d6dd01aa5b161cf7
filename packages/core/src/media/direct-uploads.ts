import type { MediaKind, MediaType } from './media-type.ts'

/** What a browser does to send one file straight to the host of the media. */
export interface SignedUpload {
  method: 'POST' | 'PUT'
  url: string
  headers: Record<string, string>
  /** The form to send, and the name of the field that holds the file, which goes last. `null`: the file is the body. */
  form: { fields: Record<string, string>; file: string } | null
  /** ISO 8601. */
  expiresAt: string
}

/** What a sender has announced. */
export interface UploadTerms {
  contentType: MediaType
  /** In bytes, exactly. */
  size: number
  /** Until when the sending may begin. */
  until: Date
}

/** What may be accepted at most. */
export interface UploadLimits {
  /** Whose upload it is. A service whose calls are counted shares them among accounts, so that none uses up what others need. */
  ownerId: string
  /** Of which format the file is in particular does not matter here: Kith looks at it when it reads it. */
  kind: MediaKind
  maxBytes: number
  /** Width times height, where the service can tell. */
  maxPixels: number
}

/**
 * Takes files from browsers without their passing through the server. A file that was sent is staged: it is apart from the
 * blobs, {@link BlobStore.url} never leads to it, and only Kith reads it, to check it and to store what it made of it. The
 * same keys name blobs and staged files, and neither ever touches the other. What {@link isBlobKey} refuses is a
 * `TypeError`.
 */
export interface DirectUploads {
  /**
   * Allows one file to be sent, under this key and these terms. What the service can check by itself (key, type, size,
   * time) is pinned in the signature: with any part of it changed, left out or taken from another signature, nothing is
   * accepted. The rest is checked by {@link confirm}. Until its time is over a signature may be used again, also after
   * {@link discard}, unless the service takes each only once: the later file takes the place of the one before.
   * @throws media-unavailable
   */
  sign(key: string, terms: UploadTerms): Promise<SignedUpload>
  /**
   * Whether the file has come, going by what the service itself measured and never by what the sender says. Changes
   * nothing, so it can be called again, unless the file does not fit: then it is removed before the error. What the service
   * cannot measure is left to anyone who reads the file.
   * @throws unsupported-media-type, media-too-large, media-unavailable
   */
  confirm(key: string, limits: UploadLimits): Promise<boolean>
  /**
   * Reads the staged file, byte for byte as it was sent, as often as it is asked for. Every wait is bounded: a service that
   * stops in the middle is `media-unavailable`, never a file that ends early.
   * @throws media-not-found, media-unavailable
   */
  read(key: string): AsyncIterable<Uint8Array>
  /** Removes the staged file. Idempotent. @throws media-unavailable */
  discard(key: string): Promise<void>
  /**
   * Removes every file that was staged before `before` by the service's own clock, and is still there: it was never
   * confirmed, or its signature was used once more. Idempotent.
   * @throws media-unavailable
   */
  sweep(before: Date): Promise<void>
}
