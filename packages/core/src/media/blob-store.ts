import type { MediaType, Rendition } from './media.ts'

/** What is stored with a blob. */
export interface BlobMeta {
  contentType: MediaType
  /** In bytes, where it is known beforehand. */
  size: number | null
}

/** Keeps the bytes of media. Keys are made by Kith: letters, digits and dashes, never a name that a user gave. */
export interface BlobStore {
  /**
   * Stores a blob. It is there whole or not at all: a stream that fails, or a process that stops, leaves nothing that
   * {@link url} leads to, and no temporary file past the next {@link put}. Putting a key again replaces it.
   */
  put(key: string, bytes: AsyncIterable<Uint8Array>, meta: BlobMeta): Promise<void>
  /** Where a browser finds the blob, or one of its renditions if it is an image. Answers without I/O. */
  url(key: string, rendition: Rendition | null): string
  /** Removes the blob and all of its renditions. Idempotent. */
  remove(key: string): Promise<void>
}

/** A part of a file: from the first to the last byte, both included. */
export interface ByteRange {
  start: number
  end: number
}

/** A blob being read. The stream is opened at its first read and closed by its end or its `return`. */
export interface ServedBlob {
  contentType: MediaType
  /** Of the whole blob, in bytes. */
  size: number
  /** The bytes asked for. */
  bytes: AsyncIterable<Uint8Array>
}

/** A blob store without a web server of its own: Kith's HTTP routes serve its files. */
export interface ServedBlobStore extends BlobStore {
  /**
   * Opens a blob or one of its renditions for reading; `null` where there is none. `range` picks the bytes once the size
   * is known, `null` for all.
   */
  read(
    key: string,
    rendition: Rendition | null,
    range: (size: number) => ByteRange | null,
  ): Promise<ServedBlob | null>
}

/** Whether the routes have to serve this store's files. */
export function isServed(store: BlobStore): store is ServedBlobStore {
  return 'read' in store
}
