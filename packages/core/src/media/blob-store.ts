import type { MediaType, Rendition } from './media.ts'

/** What is stored with a blob. */
export interface BlobMeta {
  contentType: MediaType
  /** In bytes, where it is known beforehand. */
  size: number | null
}

/** Whether a text can be the key of a blob: up to 100 letters, digits and dashes. Nothing else may become a path. */
export function isBlobKey(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/.test(text)
}

/**
 * Keeps the bytes of media. Keys are made by Kith, never a name that a user gave; their letter case counts. What
 * {@link isBlobKey} refuses is a `TypeError`.
 */
export interface BlobStore {
  /**
   * Stores a blob, and has copied each chunk before it asks for the next. It is there whole or not at all: a stream that
   * fails or gives other than `meta.size` bytes, or a process that stops, leaves nothing that {@link url} leads to, and
   * no temporary file past a {@link put} an hour later. Putting a key again replaces the blob with its renditions; if
   * that fails, the one before stays. Of concurrent calls for one key one is there at the end.
   */
  put(key: string, bytes: AsyncIterable<Uint8Array>, meta: BlobMeta): Promise<void>
  /** Where a browser finds the blob, or one of its renditions if it is an image. Answers without I/O. */
  url(key: string, rendition: Rendition | null): string
  /** Removes the blob and all of its renditions, also one that is being made at the time. Idempotent. */
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
   * Opens a blob or one of its renditions for reading; `null` where there is none, as for any text that is no key and for
   * the rendition of a video. `range` picks the bytes, within the size that it is given; `null` for all. However many
   * readers ask at once for a rendition that has yet to be made, it is made once.
   * @throws media-unreadable where a rendition cannot be made
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
