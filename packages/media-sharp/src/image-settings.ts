import type { HeicDecoder } from '@kith/core/adapter'

/** How images are worked on. */
export interface SharpImagesOptions {
  /** The most pixels that are decoded, all frames of an animation together. @default 50_000_000 @reason As `MediaOptions.maxPixels`. */
  maxPixels?: number | undefined
  /** The longest side that is decoded. @default 32_767 @reason Twice the side that WebP can store; a strip of 50,000,000 by 1 is no picture. */
  maxSide?: number | undefined
  /** Width × height × channels × bytes of each, of all frames that are kept: what a picture is unpacked. @default 256 MiB @reason 50 megapixels at four bytes fit; deeper pictures get fewer pixels. */
  maxUnpackedBytes?: number | undefined
  /** The most frames of an animation that is kept; of a longer one only the first frame is. @default 150 @reason Some ten seconds of a GIF; each frame is decoded and written anew. */
  maxFrames?: number | undefined
  /** What decodes HEIC, as iPhones write it: `createHeicDecoder()` of `@kith/media-heic`. Without it HEIC is `unsupported-media-type`. @default none */
  heic?: HeicDecoder | undefined
  /**
   * Where images are decoded. `process`: in processes of their own, which end with what goes wrong in them. `none`: in the
   * server itself, for hosts that cannot start processes; a file that makes a decoder crash or use up memory then does so to
   * the server. @default 'process'
   */
  isolation?: 'process' | 'none' | undefined
  /** For how long one image may use the processor, in a process; on a busy machine it may take three times as long. @default 30 @reason More than an honest picture takes; a bomb holds a place no longer. */
  maxSeconds?: number | undefined
  /** The most memory that a process may hold. @default 1024 @reason A picture at the limit of unpacked bytes with the copies that libvips makes of it. */
  maxMebibytes?: number | undefined
  /** How many images are worked on at the same time; the others wait, accounts in turn. @default 2 @reason Memory is the bound: each place may hold a whole decoded picture. */
  concurrency?: number | undefined
  /** How many may wait before the next is refused as `busy`. @default 200 @reason About a minute of waiting for ordinary photos. */
  maxWaiting?: number | undefined
}

/** What a decoder is told with each image. */
export interface ImageSettings {
  maxPixels: number
  maxSide: number
  maxUnpackedBytes: number
  maxFrames: number
  /** The module that decodes HEIC. */
  heic: string | null
}

/** Fills in the defaults of what decoders are told. */
export function readSettings(options: SharpImagesOptions): ImageSettings {
  return {
    // Phones take pictures of 48 megapixels.
    maxPixels: options.maxPixels ?? 50_000_000,
    // Panoramas of phones have 16,382 and those that are stitched more; a picture of one line is a trap.
    maxSide: options.maxSide ?? 32_767,
    maxUnpackedBytes: options.maxUnpackedBytes ?? 256 * 1024 * 1024,
    maxFrames: options.maxFrames ?? 150,
    heic: options.heic?.module ?? null,
  }
}
