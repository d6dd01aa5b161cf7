import { tmpdir } from 'node:os'
import * as z from 'zod'
import type { CaptionWriter } from '../captions/caption-writer.ts'
import type { Duration } from '../duration.ts'
import type { BlobStore } from '../media/blob-store.ts'
import type { DirectUploads } from '../media/direct-uploads.ts'
import type { ImageProcessor } from '../media/image-processor.ts'
import type { VideoProcessor } from '../media/video-processor.ts'
import { duration, type Filled, optionalPort, port, whole } from '../option-schemas.ts'
import type { KithOptions, MediaOptions } from '../options.ts'

/** The options of media, with their defaults; `null` for features the host does not have. */
export type MediaConfig = Filled<MediaOptions, 'blobs' | 'direct' | 'images' | 'videos'> & {
  /** The URL of the media routes for browsers. */
  readonly url: string
}

/** The caption writer, with the default timeout. */
export interface CaptionConfig {
  readonly writer: CaptionWriter | null
  readonly timeoutSeconds: number
}

type MediaInput = Omit<MediaOptions, 'blobs'> & { blobs: BlobStore | null }

/** Parses the options of media. */
export const media: z.ZodType<Omit<MediaConfig, 'url'>, MediaInput | undefined> = z
  .strictObject({
    blobs: port<BlobStore>('give a store of blobs, such as createLocalBlobs()').nullable(),
    direct: optionalPort<DirectUploads>('give direct uploads, such as those of createS3Media()'),
    images: optionalPort<ImageProcessor>('give an image processor, such as createSharpImages()'),
    videos: optionalPort<VideoProcessor>('give a video processor, such as createMediabunnyVideos()'),
    temporaryDirectory: z.string().min(1).default(tmpdir),
    maxImageBytes: whole(1).default(20 * 1024 * 1024),
    maxPixels: whole(1).default(50_000_000),
    maxVideoBytes: whole(1).default(100 * 1024 * 1024),
    maxVideoSeconds: whole(1).default(180),
    maxVideoPixels: whole(1).default(3840 * 2160),
  })
  .prefault({ blobs: null })

/** Parses the caption options. */
export const captions: z.ZodType<CaptionConfig, KithOptions['captions']> = port<CaptionOption>()
  .optional()
  .transform((given): { writer: CaptionWriter | null; timeout: Duration } =>
    given && 'writer' in given ? given : { writer: given ?? null, timeout: 10 },
  )
  .pipe(z.strictObject({ writer: port<CaptionWriter>().nullable(), timeout: duration() }))
  .transform(({ writer, timeout }) => Object.freeze({ writer, timeoutSeconds: timeout }))

type CaptionOption = NonNullable<KithOptions['captions']>
