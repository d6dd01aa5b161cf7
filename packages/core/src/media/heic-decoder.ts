/** Decodes HEIC for an image processor that cannot do so itself. */
export interface HeicDecoder {
  /** The address of a module that exports a {@link DecodeHeic} of this name. It is loaded where images are decoded, mostly in another process. */
  readonly module: string
}

/** A HEIC file. */
export interface HeicFile {
  bytes: Uint8Array
  /** ICC; without it the colors are those of sRGB. */
  profile: Uint8Array | null
}

/**
 * Decodes the main picture to a TIFF that is not compressed: upright, in eight bits, with the profile and nothing else of the
 * source. It is bounded in time, and holds up no other work of its process. How many pixels there are, in all pictures
 * together, was looked at before. @throws media-unreadable, media-too-complex
 */
export type DecodeHeic = (file: HeicFile) => Promise<Uint8Array>
