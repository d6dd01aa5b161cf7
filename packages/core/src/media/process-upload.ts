import { setTimeout as wait } from 'node:timers/promises'
import type { MediaConfig } from '../config/media-config.ts'
import type { Core } from '../core.ts'
import { isKithError, KithError } from '../errors.ts'
import type { BlobStore } from './blob-store.ts'
import { fileChunks } from './file-chunks.ts'
import type { ImageProcessor } from './image-processor.ts'
import type { MediaKind, MediaType } from './media-type.ts'
import type { MediaMeasures, MediaRecord } from './media-store.ts'
import type { Received } from './receive-file.ts'
import { toUpload, type Upload } from './upload-shape.ts'
import type { VideoProcessor } from './video-processor.ts'

/** Turns a received file into its stored form. */
export interface ProcessUpload {
  /** Checks, normalizes and stores it under a new row. */
  asNew(ownerId: string, received: Received): Promise<Upload>
  /** Does so under a row that was reserved before. */
  as(record: MediaRecord, received: Received): Promise<Upload>
}

/** The delay before the media host is tried again. */
const retryMillis: readonly number[] = [200, 1000]

/** Creates the upload processing. */
export function createProcessUpload(core: Core): ProcessUpload {
  const { storage, config } = core

  async function store(record: MediaRecord, measures: MediaMeasures, path: string): Promise<Upload> {
    const blobs = demandBlobs(config.media)
    await core.mediaPlace.demand()
    await putPatiently(blobs, record, path)
    if (!(await storage.media.ready(record.id, measures))) {
      // The same upload was confirmed twice concurrently, or its account was deleted meanwhile, or upkeep gave it up
      // after a very slow upload.
      const [stored] = await storage.media.byIds([record.id])
      if (stored?.state === 'ready') return toUpload(config.media, stored)
      await blobs.remove(record.id)
      throw new KithError('media-not-found', { detail: 'Upload it again.' })
    }
    return toUpload(config.media, { ...record, state: 'ready', measures })
  }

  async function measured(received: Received, ownerId: string): Promise<MediaMeasures> {
    try {
      return await measure(config.media, received, ownerId)
    } catch (error) {
      if (isKithError(error) && error.code === 'busy')
        core.emit('work.refused', { work: 'media', userId: ownerId, network: null })
      throw error
    }
  }

  return {
    async asNew(ownerId, received) {
      const measures = await measured(received, ownerId)
      const record = await reserve(core, ownerId, received.contentType)
      return await store(record, measures, received.target)
    },
    async as(record, received) {
      const { kind, contentType } = storedForm(received.contentType)
      if (kind !== record.kind || contentType !== record.contentType) {
        throw new KithError('unsupported-media-type', {
          detail: 'Send a file with the announced size and content type.',
        })
      }
      return await store(record, await measured(received, record.ownerId), received.target)
    },
  }
}

/** Creates the row for a file of this type that is about to arrive. */
export async function reserve(core: Core, ownerId: string, contentType: MediaType): Promise<MediaRecord> {
  const record: MediaRecord = {
    id: core.makeId(),
    ownerId,
    ...storedForm(contentType),
    createdAt: core.clock(),
    state: 'reserved',
    measures: null,
    attachment: null,
  }
  await core.storage.media.reserve(record)
  return record
}

/** The stored type of a file of this type. */
function storedForm(contentType: MediaType): { kind: MediaKind; contentType: MediaType } {
  return contentType.startsWith('image/')
    ? { kind: 'image', contentType: 'image/webp' }
    : { kind: 'video', contentType }
}

/** The maximum size of a file of this type. */
export function maxBytesOf(config: MediaConfig, contentType: MediaType): number {
  return contentType.startsWith('image/') ? config.maxImageBytes : config.maxVideoBytes
}

/** @throws not-configured */
export function demandBlobs(config: MediaConfig): BlobStore {
  return config.blobs ?? notConfigured('media.blobs')
}

/** The processor that reads files of this type. @throws not-configured */
export function demandProcessor(config: MediaConfig, contentType: MediaType): void {
  if (contentType.startsWith('image/')) demandImages(config)
  else demandVideos(config)
}

/** @throws not-configured */
export function notConfigured(option: string): never {
  throw new KithError('not-configured', { detail: `Give \`${option}\` to createKith.` })
}

// A put can be repeated, since it replaces the blob; an adapter cannot do so itself, having consumed the stream.
async function putPatiently(blobs: BlobStore, { id, contentType }: MediaRecord, path: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await blobs.put(id, fileChunks(path), { contentType, size: null })
    } catch (error) {
      const delay = retryMillis[attempt]
      if (!isKithError(error) || error.code !== 'media-unavailable' || delay === undefined) throw error
      await wait(delay)
    }
  }
}

/** `turn` is the account whose file it is: other accounts do not wait behind all of its files. */
async function measure(
  config: MediaConfig,
  { contentType, path, target }: Received,
  turn: string,
): Promise<MediaMeasures> {
  if (contentType.startsWith('image/')) {
    const images = demandImages(config)
    const { width, height, frames } = await images.inspect(path, turn)
    if (width * height * frames > config.maxPixels) {
      throw new KithError('media-too-large', { detail: `At most ${config.maxPixels} pixels are accepted.` })
    }
    return { ...(await images.normalize(path, target, turn)), durationSeconds: null }
  }
  const videos = demandVideos(config)
  const { width, height, durationSeconds } = await videos.inspect(path, turn)
  if (durationSeconds > config.maxVideoSeconds || width * height > config.maxVideoPixels) {
    throw new KithError('media-too-large', {
      detail: `At most ${config.maxVideoSeconds} s and ${config.maxVideoPixels} pixels are accepted.`,
    })
  }
  await videos.strip(path, target, turn)
  const unmeasured = { thumbhash: null, palette: [], lightness: null, saturation: null, takenAt: null }
  return { width, height, durationSeconds, ...unmeasured }
}

function demandImages({ images }: MediaConfig): ImageProcessor {
  return images ?? notConfigured('media.images')
}

function demandVideos({ videos }: MediaConfig): VideoProcessor {
  return videos ?? notConfigured('media.videos')
}
