import type { MediaKind, MediaType, Rendition, RenditionForm, RenditionFormat } from './media-type.ts'

/** The metadata of a blob. */
export interface BlobMeta {
  contentType: MediaType
  /** In bytes, if known in advance. */
  size: number | null
}

/** Whether a string can be the key of a blob: up to 100 letters, digits and dashes. Nothing else may become a path. */
export function isBlobKey(text: string): boolean {
  return /^[A-Za-z0-9][A-Za-z0-9-]{0,99}$/.test(text)
}

/** The key. @throws TypeError for a key that {@link isBlobKey} refuses */
export function demandBlobKey(key: string): string {
  if (!isBlobKey(key)) throw new TypeError('a key is made of letters, digits and dashes')
  return key
}

/**
 * The common verbs of all blob stores. Keys are created by Kith, never from a name that a user sent; they are
 * case-sensitive. A key that {@link isBlobKey} refuses is a `TypeError`. A host that cannot be reached, is busy or
 * stops responding is `media-unavailable` within a bounded time; such a call can be repeated.
 */
interface Blobs {
  /**
   * Stores a blob, and has copied each chunk before it asks for the next. The blob is stored completely or not at all:
   * a stream that fails or has other than `meta.size` bytes, or a process that stops, leaves nothing that a browser
   * finds, and no temporary file past a {@link put} an hour later. Storing a key again, with a blob of the same kind,
   * replaces the blob with its renditions; if that fails, the previous one stays, though if renditions are separate
   * files some may be those of the later one. Of concurrent calls for one key one is stored at the end.
   * @throws media-unavailable
   */
  put(key: string, bytes: AsyncIterable<Uint8Array>, meta: BlobMeta): Promise<void>
  /**
   * Removes the blob and all of its renditions, including one that is being made at the time. Idempotent. A concurrent
   * put of the same key takes effect before or after it; a host that can do neither is `media-unavailable`.
   * @throws media-unavailable
   */
  remove(key: string): Promise<void>
  /**
   * Lists the stored keys, a page at a time, in an order of its own: for upkeep. A page continues after the `next` of
   * the previous one and has at most `limit` keys; one with fewer, or none, may have more after it. It names every key
   * of which anything is left, a blob or only renditions, and nothing that is staged. A key that is present throughout
   * is named once, even while those that were named before are removed.
   * @throws media-unavailable
   */
  list(after: string | null, limit: number): Promise<BlobPage>
  /**
   * Those of these keys whose blob exists, in any order: for upkeep. Makes no more calls to the host than needed.
   * @throws media-unavailable
   */
  present(keys: readonly string[]): Promise<string[]>
}

/** A blob store whose files are public, at their own host. */
export interface PublicBlobStore extends Blobs {
  readonly kind: 'public'
  /**
   * The URL of the blob, or of one of its renditions if it is an image. No I/O. `kind` is the kind of blob, for hosts
   * that store images and videos in different places; without it, it is an image.
   */
  url(key: string, rendition: Rendition | null, kind?: MediaKind): string
}

/** A listed key. */
export interface ListedBlob {
  key: string
  /** When something of it was last stored, by the clock of the host. */
  storedAt: Date
}

/** A page of keys of a blob store. */
export interface BlobPage {
  blobs: ListedBlob[]
  /** Where the next page begins; `null` after the last. */
  next: string | null
}

/** A part of a file: from the first to the last byte, both included. */
export interface ByteRange {
  start: number
  end: number
}

/** What is known about a blob, or one of its renditions, before it is read. */
export interface ServedFile {
  contentType: MediaType
  /** Of the entire file, in bytes. */
  size: number
}

/** A blob being read. The stream is opened on its first read and closed by its end or its `return`. */
export interface ServedBlob extends ServedFile {
  /** The requested bytes. */
  bytes: AsyncIterable<Uint8Array>
}

/** A blob store without its own web server: Kith's HTTP routes serve its files. */
export interface ServedBlobStore extends Blobs {
  readonly kind: 'served'
  /** The formats of its renditions; always includes WebP. Constant. */
  readonly formats: readonly RenditionFormat[]
  /**
   * Opens a blob, or one of its renditions if `form` is given, for reading; `null` if it does not exist, as for any
   * string that is not a key and for the rendition of a video. A reader that asks for WebP gets WebP. One that asks for
   * AVIF gets it if it is among the {@link formats}, and WebP if it is not or if the rendition is animated; of one blob
   * always the same. `range` selects the bytes, within the size of the file that it is passed; `null` for all. However
   * many readers concurrently request a rendition in a format that has yet to be made, it is made once.
   * @throws media-unreadable if a rendition cannot be made
   */
  read(
    key: string,
    form: RenditionForm | null,
    range: (file: ServedFile) => ByteRange | null,
  ): Promise<ServedBlob | null>
}

/** What to sign, and for how long. */
export interface GrantTerms {
  until: Date
  /** The kind of blob, for hosts that store images and videos in different places. */
  kind: MediaKind
}

/** A blob store whose files need a signed URL: Kith's HTTP routes redirect browsers to it. */
export interface GrantedBlobStore extends Blobs {
  readonly kind: 'granted'
  /**
   * Signs a URL of one blob or one of its renditions, valid until `until` and for nothing else; `null` if it can
   * determine without I/O that there is nothing to sign, as for any string that is not a key. Does not call the host.
   * @throws media-unavailable
   */
  grant(key: string, rendition: Rendition | null, terms: GrantTerms): Promise<string | null>
}

/** Stores the bytes of media. Its `kind` determines how browsers get them; if through Kith's routes, core builds the URLs. */
export type BlobStore = PublicBlobStore | ServedBlobStore | GrantedBlobStore

/** The mark of a blob store, by which Kith recognizes the one of its database. */
export interface BlobMark {
  /** The mark; `null` if there is none. Creates nothing. @throws media-unavailable, storage-failed */
  readMark(): Promise<string | null>
  /**
   * Writes the mark, replacing any earlier one: up to 100 letters, digits and dashes. Creates the folder or bucket of
   * the blobs if it does not exist yet. Once a mark was read or written, `put` and `remove` no longer create it.
   * @throws media-unavailable, storage-failed
   */
  writeMark(mark: string): Promise<void>
}

/** A blob store that can be the wrong one, such as a folder whose disk is not mounted: it stores a mark. */
export type MarkedBlobStore = BlobStore & BlobMark

/** Whether this store has a mark. */
export function isMarked(store: BlobStore): store is MarkedBlobStore {
  return 'readMark' in store
}
