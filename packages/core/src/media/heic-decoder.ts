/** Decodes HEIC for an image processor that cannot do so itself. */
export interface HeicDecoder {
  /**
   * The URL of a module that exports a {@link DecodeHeic} of this name. It is loaded where images are decoded, usually
   * in another process.
   */
  readonly module: string
}

/** A HEIC file. */
export interface HeicFile {
  bytes: Uint8Array
  /** ICC; without it the colors are those of sRGB. */
  profile: Uint8Array | null
}

/**
 * Decodes the main picture to an uncompressed TIFF: upright, in eight bits, with the profile and nothing else of the
 * source. Bounded in time, and blocks no other work of its process. The number of pixels, in all pictures together, was
 * checked before. @throws media-unreadable, media-too-complex
 */
export type DecodeHeic = (file: HeicFile) => Promise<Uint8Array>
