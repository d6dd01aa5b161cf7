import type { HeicDecoder } from '@kith/core/adapter'

/** How images are processed. */
export interface SharpImagesOptions {
  /**
   * The maximum number of decoded pixels, across all frames of an animation. @default 50_000_000 @reason Same as
   * `MediaOptions.maxPixels`.
   */
  maxPixels?: number | undefined
  /**
   * The longest side that is decoded. @default 32_767 @reason Twice the side that WebP can store; a strip of 50,000,000
   * by 1 is not a picture.
   */
  maxSide?: number | undefined
  /**
   * The maximum unpacked size: width × height × channels × bytes of each, of all frames that are kept. @default 256 MiB
   * @reason 50 megapixels at four bytes fit; deeper pictures get fewer pixels.
   */
  maxUnpackedBytes?: number | undefined
  /**
   * The maximum number of frames of an animation that is kept; of a longer one only the first frame is. @default 150
   * @reason Some ten seconds of a GIF; each frame is decoded and encoded.
   */
  maxFrames?: number | undefined
  /**
   * A decoder for HEIC, as iPhones write it: `createHeicDecoder()` from `@kith/media-heic`. Without it HEIC is
   * `unsupported-media-type`. @default none
   */
  heic?: HeicDecoder | undefined
  /**
   * Where images are decoded. `process`: in separate processes, which end if anything goes wrong in them. `none`: in
   * the server itself, for hosts that cannot start processes; a file that makes a decoder crash or use up memory then
   * does so to the server. @default 'process'
   */
  isolation?: 'process' | 'none' | undefined
  /**
   * The maximum CPU time for one image, in a process; on a busy machine it may take three times as long. @default 30
   * @reason More than a real picture takes; a bomb holds a place no longer.
   */
  maxSeconds?: number | undefined
  /**
   * The maximum memory of a process, in MiB. @default 1024 @reason A picture at the limit of unpacked bytes with the
   * copies that libvips makes of it.
   */
  maxMebibytes?: number | undefined
  /**
   * How many images are processed at the same time; the others wait, accounts in turn. @default 2 @reason Memory is the
   * limit: each place may hold an entire decoded picture.
   */
  concurrency?: number | undefined
  /** How many may wait before the next is refused as `busy`. @default 200 @reason About a minute of waiting for ordinary photos. */
  maxWaiting?: number | undefined
}

/** A decoder's settings for each image. */
export interface ImageSettings {
  maxPixels: number
  maxSide: number
  maxUnpackedBytes: number
  maxFrames: number
  /** The module that decodes HEIC. */
  heic: string | null
}

/** Fills in the defaults of decoder settings. */
export function readSettings(options: SharpImagesOptions): ImageSettings {
  return {
    // Phones take pictures of 48 megapixels.
    maxPixels: options.maxPixels ?? 50_000_000,
    // Phone panoramas have 16,382 and stitched ones more; a picture of one line is a trap.
    maxSide: options.maxSide ?? 32_767,
    maxUnpackedBytes: options.maxUnpackedBytes ?? 256 * 1024 * 1024,
    maxFrames: options.maxFrames ?? 150,
    heic: options.heic?.module ?? null,
  }
}
