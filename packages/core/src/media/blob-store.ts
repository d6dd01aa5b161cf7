import type { MediaKind, MediaType, Rendition, RenditionForm, RenditionFormat } from './media-type.ts'

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

/** The key. @throws TypeError for what {@link isBlobKey} refuses */
export function demandBlobKey(key: string): string {
  if (!isBlobKey(key)) throw new TypeError('a key is made of letters, digits and dashes')
  return key
}

/**
 * What all blob stores do. Keys are made by Kith, never a name that a user gave; their letter case counts. What
 * {@link isBlobKey} refuses is a `TypeError`. A host that cannot be reached, is busy or stops answering is
 * `media-unavailable` within a bounded time; a call that failed so may be made again.
 */
interface Blobs {
  /**
   * Stores a blob, and has copied each chunk before it asks for the next. It is there whole or not at all: a stream that
   * fails or gives other than `meta.size` bytes, or a process that stops, leaves nothing that a browser finds, and
   * no temporary file past a {@link put} an hour later. Putting a key again, with a blob of the same kind, replaces the
   * blob with its renditions; if that fails, the one before stays, though where renditions are files of their own some may
   * be those of the later one. Of concurrent calls for one key one is there at the end.
   * @throws media-unavailable
   */
  put(key: string, bytes: AsyncIterable<Uint8Array>, meta: BlobMeta): Promise<void>
  /**
   * Removes the blob and all of its renditions, also one that is being made at the time. Idempotent. A put of the same key
   * at the same moment comes before or after it; one that can do neither is `media-unavailable`.
   * @throws media-unavailable
   */
  remove(key: string): Promise<void>
  /**
   * Lists what is kept, a page at a time, in an order of its own: for upkeep. A page begins behind the `next` of the one before
   * and has at most `limit` keys; one with fewer, or none, may have more behind it. It names every key of which anything is
   * left, a blob or only renditions, and nothing that is staged. A key that is there throughout is named once, also while those that
   * were named before are removed.
   * @throws media-unavailable
   */
  list(after: string | null, limit: number): Promise<BlobPage>
  /** Those of these keys whose blob is there, in any order: for upkeep. No host is asked more than it must. @throws media-unavailable */
  present(keys: readonly string[]): Promise<string[]>
}

/** A blob store whose files everybody may see, at a host of their own. */
export interface PublicBlobStore extends Blobs {
  readonly kind: 'public'
  /**
   * Where a browser finds the blob, or one of its renditions if it is an image. Answers without I/O. `kind` says what the blob
   * is, for hosts that keep images and videos in different places; without it, it is an image.
   */
  url(key: string, rendition: Rendition | null, kind?: MediaKind): string
}

/** What a listing says of a key. */
export interface ListedBlob {
  key: string
  /** When something of it was stored last, by the clock of the host. */
  storedAt: Date
}

/** Some of the keys of a blob store. */
export interface BlobPage {
  blobs: ListedBlob[]
  /** Where the next page begins; `null` behind the last. */
  next: string | null
}

/** A part of a file: from the first to the last byte, both included. */
export interface ByteRange {
  start: number
  end: number
}

/** What is known of a blob, or of one of its renditions, before it is read. */
export interface ServedFile {
  contentType: MediaType
  /** Of the whole file, in bytes. */
  size: number
}

/** A blob being read. The stream is opened at its first read and closed by its end or its `return`. */
export interface ServedBlob extends ServedFile {
  /** The bytes asked for. */
  bytes: AsyncIterable<Uint8Array>
}

/** A blob store without a web server of its own: Kith's HTTP routes serve its files. */
export interface ServedBlobStore extends Blobs {
  readonly kind: 'served'
  /** What its renditions are served in; WebP is always among them. It stays the same. */
  readonly formats: readonly RenditionFormat[]
  /**
   * Opens a blob, or one of its renditions if `form` is given, for reading; `null` where there is none, as for any text
   * that is no key and for the rendition of a video. A reader that asks for WebP gets WebP. One that asks for AVIF gets it
   * if it is among the {@link formats}, and WebP if it is not or if the rendition moves; of one blob always the same.
   * `range` picks the bytes, within the size of the file that it is told of; `null` for all. However many readers ask at
   * once for a rendition in a format that has yet to be made, it is made once.
   * @throws media-unreadable where a rendition cannot be made
   */
  read(
    key: string,
    form: RenditionForm | null,
    range: (file: ServedFile) => ByteRange | null,
  ): Promise<ServedBlob | null>
}

/** What is to be signed, and for how long. */
export interface GrantTerms {
  until: Date
  /** What the blob is, for hosts that keep images and videos in different places. */
  kind: MediaKind
}

/** A blob store whose files can be seen with a signed address alone: Kith's HTTP routes send browsers on. */
export interface GrantedBlobStore extends Blobs {
  readonly kind: 'granted'
  /**
   * Signs an address of one blob or one of its renditions, that holds until `until` and for nothing else; `null` where it
   * can tell without I/O that there is nothing to sign, as for any text that is no key. Asks the host nothing.
   * @throws media-unavailable
   */
  grant(key: string, rendition: Rendition | null, terms: GrantTerms): Promise<string | null>
}

/** Keeps the bytes of media. Its `kind` says how browsers come by them; where Kith's routes do it, core makes the URLs. */
export type BlobStore = PublicBlobStore | ServedBlobStore | GrantedBlobStore

/** The mark of a place of blobs, by which Kith knows that it is the one of its database. */
export interface BlobMark {
  /** The mark; `null` where there is none. Makes nothing. @throws media-unavailable, storage-failed */
  readMark(): Promise<string | null>
  /**
   * Writes the mark, in place of one before: up to 100 letters, digits and dashes. Makes the place of the blobs where there is
   * none yet. Once a mark was read or written, `put` and `remove` no longer make that place.
   * @throws media-unavailable, storage-failed
   */
  writeMark(mark: string): Promise<void>
}

/** A blob store that can be the wrong one, such as a folder whose disk is not mounted: it keeps a mark. */
export type MarkedBlobStore = BlobStore & BlobMark

/** Whether this store keeps a mark. */
export function isMarked(store: BlobStore): store is MarkedBlobStore {
  return 'readMark' in store
}
